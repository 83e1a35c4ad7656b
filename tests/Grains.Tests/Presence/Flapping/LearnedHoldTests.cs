using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Tests.Presence;

/// <summary>A thing that keeps coming back for a moment has to stay longer before anyone is told that it is back.</summary>
public sealed class LearnedHoldTests
{
    /// <summary>Told, and then back for a moment again and again.</summary>
    private static List<double> Holds(Story story, int returns, TimeSpan every)
    {
        story.Told();
        var holds = new List<double>();
        for (var i = 0; i < returns; i++)
        {
            var back = story.After(every - TimeSpan.FromSeconds(10)).Now;
            story.Timed(true);
            holds.Add((story.State.Outage!.HoldEndsAt!.Value - back).TotalMinutes);
            story.After(TimeSpan.FromSeconds(10)).Crash().Timed(false).ShouldBe(PresenceReason.DroppedInHold);
        }

        return holds;
    }

    [Fact]
    public void Each_further_return_doubles_the_hold_up_to_a_quarter_of_an_hour() =>
        Holds(new Story(), 7, Minutes(3)).ShouldBe([1, 2, 4, 8, 15, 15, 15]);

    [Fact]
    public void A_return_more_than_an_hour_after_the_last_one_is_the_first_again() =>
        Holds(new Story(), 3, Minutes(61)).ShouldBe([1, 1, 1]);

    [Fact]
    public void A_return_an_hour_after_the_last_one_still_counts() => Holds(new Story(), 3, Minutes(60)).ShouldBe([1, 2, 4]);

    [Fact]
    public void A_hold_that_is_longer_by_the_settings_stays_as_it_is()
    {
        var story = new Story();
        story.Policy = story.Policy with { RecoveryHold = Minutes(20) };
        Holds(story, 3, Minutes(3)).ShouldBe([20, 20, 20]);
    }

    [Fact]
    public void The_shortest_hold_reaches_the_longest()
    {
        var story = new Story();
        story.Policy = story.Policy with { RecoveryHold = TimeSpan.FromSeconds(11), SettleTime = TimeSpan.Zero };
        Holds(story, 9, Minutes(3)).Last().ShouldBe(15);
    }

    [Fact]
    public void At_once_stays_at_once()
    {
        var story = new Story();
        story.Policy = story.Policy with { RecoveryHold = TimeSpan.Zero };
        for (var i = 0; i < 4; i++)
        {
            story.Told().After(Minutes(1)).Timed(true);
            story.Sent.ShouldBe(["device.recovered to mail"]);
            story.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceRecovered, outage: story.State.Owing[0].Id);
            story.After(Minutes(1));
        }
    }

    [Fact]
    public void Returns_within_the_grace_teach_too_and_never_delay_an_offline_notification()
    {
        var story = new Story();
        story.Timed(true);
        for (var i = 0; i < 3; i++)
        {
            story.After(Minutes(10)).Timed(false);
            story.After(Minutes(1)).Timed(true);
        }

        var dropped = story.After(Minutes(10)).Now;
        story.Timed(false);
        story.NextLook.ShouldBe(dropped + Minutes(5));
        story.After(Minutes(5)).Tick();
        story.Sent.ShouldBe(["device.offline to mail"]);
        story.Answered(DeliveryOutcome.Accepted);
        var back = story.After(Minutes(1)).Now;
        story.Timed(true);
        story.NextLook.ShouldBe(back + Minutes(8));
    }

    [Fact]
    public void People_are_told_how_long_it_has_really_stayed()
    {
        var story = new Story();
        Holds(story, 2, Minutes(3));
        story.After(Minutes(3)).Timed(true);
        story.After(Minutes(4)).Tick();
        story.Sends.Single().Notification.RecoveryHold.ShouldBe(Minutes(4));
    }

    [Fact]
    public void By_their_own_times_a_late_drop_after_the_learned_hold_is_another_outage_and_one_within_it_is_not()
    {
        foreach (var (minutes, reason) in new[] { (5, PresenceReason.GraceStarted), (3, PresenceReason.DroppedInHold) })
        {
            var story = new Story();
            Holds(story, 2, Minutes(3));
            var back = story.After(Minutes(20)).Now - Minutes(12);
            story.Timed(true, stamp: back);
            story.Timed(false, stamp: back + Minutes(minutes)).ShouldBe(reason);
        }
    }

    [Fact]
    public void Our_own_restarts_teach_nothing()
    {
        var story = new Story();
        story.Broker(true, 1);
        for (var start = 2; start < 12; start++)
        {
            story.Do(new PresenceInput.BrokerStarted(new BrokerStart(start, story.After(Minutes(2)).Now)));
            story.After(TimeSpan.FromSeconds(5)).Broker(true, 1, start).ShouldBe(PresenceReason.CameBackInGrace);
        }

        story.State.Unrest.ShouldBeNull();
        story.State.Flapping.ShouldBeEmpty();
    }
}
