using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Tests.Presence;

/// <summary>Which connect failures count for an outage, and where their number is seen.</summary>
public sealed class ConnectFailureTests
{
    [Fact]
    public void They_count_from_the_disconnect_to_the_return()
    {
        var story = Dropped();
        story.After(Seconds(30)).Refused(20);
        Known(story).ShouldBe((20, "AUTHORIZATION_FAILED", story.Now.AddSeconds(-19)));

        var since = Known(story).Since;
        story.After(Minutes(5)).Refused(reason: "NEW_REASON").Tick();
        Known(story).ShouldBe((21, "NEW_REASON", since));
        story.Sends.ShouldHaveSingleItem().Notification.Refused.ShouldBe(story.State.Outage!.ConnectFailures);

        story.Answered(DeliveryOutcome.Accepted);
        story.After(Minutes(30)).Lifecycle(true, 2);
        story.After(Seconds(5)).Refused(3);
        Known(story).Count.ShouldBe(21, "it is back");
        story.After(Minutes(1)).Tick();
        story.Sends.ShouldHaveSingleItem().Notification.Refused!.Count.ShouldBe(21);
        story.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceRecovered);

        story.After(Minutes(30)).Lifecycle(false, 2);
        story.State.Outage!.ConnectFailures.ShouldBeNull("this is another outage");
    }

    [Fact]
    public void Those_before_the_disconnect_do_not_count_however_late_they_come()
    {
        var story = Dropped();
        var before = story.Now.AddSeconds(-1);
        var after = story.Now.AddSeconds(1);
        story.After(Minutes(4));
        Count(story, new ConnectFailure(before, before));
        story.State.Outage!.ConnectFailures.ShouldBeNull();
        Count(story, new ConnectFailure(before, before), new ConnectFailure(after, after));
        Known(story).Count.ShouldBe(1);
    }

    /// <summary>Stamps are good to two minutes, so within these the moment counts at which the queue received it, as for a drop.</summary>
    [Fact]
    public void A_stamp_that_is_a_little_early_counts_as_of_its_arrival()
    {
        var story = Dropped();
        story.After(Seconds(10)).Refused(stampedEarlier: Minutes(1));
        Known(story).ShouldBe((1, "AUTHORIZATION_FAILED", story.Now));
    }

    [Fact]
    public void A_repeat_and_one_that_was_overtaken_do_not_count()
    {
        var story = Dropped();
        var (first, second) = (story.Now.AddSeconds(10), story.Now.AddSeconds(11));
        story.After(Minutes(1));
        Count(story, new ConnectFailure(second, second));
        Count(story, new ConnectFailure(second, second));
        Count(story, new ConnectFailure(second, second.AddSeconds(40)));
        Count(story, new ConnectFailure(first, first));
        Known(story).ShouldBe((1, null, second));
        story.Crash();
        Count(story, new ConnectFailure(second, second));
        Known(story).Count.ShouldBe(1);
    }

    [Fact]
    public void Without_an_outage_nothing_is_kept()
    {
        var story = new Story();
        var unknown = story.State;
        story.Refused(5);
        story.State.ShouldBeSameAs(unknown);
        story.Lifecycle(true, 1);
        var connected = story.State;
        story.Refused(5);
        story.State.ShouldBeSameAs(connected);
    }

    [Fact]
    public void Only_the_first_of_an_outage_asks_for_a_write()
    {
        var story = Dropped();
        story.Last.Persist.ShouldBeTrue();
        story.State = story.State with { Memory = ActivationMemory.Empty };
        story.After(Seconds(5)).Refused();
        story.State.Memory.MarkMoved.ShouldBeTrue();
        story.Crash();
        story.State.Memory.MarkMoved.ShouldBeFalse();
        story.After(Seconds(5)).Refused(100);
        story.State.Memory.MarkMoved.ShouldBeFalse();
        Known(story).Count.ShouldBe(6, "those that are younger than the last one that is stored");
    }

    [Fact]
    public void An_outage_that_turns_out_to_have_begun_later_keeps_only_what_came_after()
    {
        var story = new Story();
        story.Shadow(true, 1);
        story.After(Minutes(1)).Shadow(false, 2);
        story.After(Seconds(30)).Refused();
        var newer = story.After(Minutes(4)).Now;
        story.After(Seconds(30)).Verified(VerifierVerdict.Disconnected, newer, 5)
            .ShouldBe(PresenceReason.VerifierKnowsNewerDisconnect);
        story.State.Outage!.Since.ShouldBe(newer);
        story.State.Outage.ConnectFailures.ShouldBeNull();
    }

    [Fact]
    public void A_clock_that_was_ahead_is_put_right_here_too()
    {
        var story = Dropped();
        story.After(TimeSpan.FromHours(3)).Refused();
        story.After(TimeSpan.FromHours(-2)).Tick();
        Known(story).Since.ShouldBe(story.Now);
        story.State.Outage!.ConnectFailures!.LastStamp.ShouldBe(story.Now);
    }

    private static Story Dropped()
    {
        var story = new Story();
        story.Lifecycle(true, 1);
        story.After(Minutes(10)).Lifecycle(false, 1);
        return story;
    }

    private static void Count(Story story, params ConnectFailure[] failures) =>
        story.State = ConnectFailureRules.Count(story.State, failures);

    private static (int Count, string? Reason, DateTimeOffset Since) Known(Story story) =>
        story.State.Outage?.ConnectFailures is { } known ? (known.Count, known.Reason, known.Since) : default;
}
