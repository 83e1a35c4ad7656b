using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Tests.Presence;

/// <summary>Destinations that forget what they are not told again, and those that do not want to hear of recoveries.</summary>
public sealed class KeepAliveTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    private static Story Watched(TimeSpan? recoveryHold = null)
    {
        var story = new Story();
        story.Policy = story.Policy with { Notify = ["mail", "alerts"], RecoveryHold = recoveryHold ?? TimeSpan.Zero };
        story.Context =
            story.Context with { Terms = new Dictionary<string, DestinationTerms> { ["alerts"] = new() { KeepAlive = Interval } } };
        return story.Told();
    }

    [Fact]
    public void While_the_outage_runs_it_is_told_again_and_again_and_nobody_else_is_and_nothing_is_stored()
    {
        var story = Watched();
        var state = story.State;
        for (var hour = 0; hour < 30; hour++)
        {
            var before = story.Now;
            story.After(story.NextLook!.Value - story.Now).Tick();
            (story.Now - before).ShouldBeInRange(TimeSpan.FromSeconds(1), Interval);
            var again = story.Sends.ShouldHaveSingleItem();
            (again.Destination, again.KeepAlive, again.Notification.Event, again.Notification.OutageId)
                .ShouldBe(("alerts", true, NotificationEvent.DeviceOffline, state.Outage!.Id));
            story.Last.Persist.ShouldBeFalse();
        }

        story.State.Outage.ShouldBe(state.Outage);
    }

    [Fact]
    public void What_an_incident_has_told_has_no_alert_of_its_own_to_keep_alive()
    {
        var story = Watched();
        story.State = story.State with
        {
            Outage = story.State.Outage! with
            {
                Deliveries = story.State.Outage.Deliveries.ToDictionary(pair => pair.Key, pair => pair.Value with { Incident = "of-many" }),
            },
        };
        for (var i = 0; i < 10; i++) story.After(Interval).Tick();
        KeepAliveRules.Due(story.State, story.Rules, story.Now).ShouldBeEmpty();
        story.Sends.ShouldBeEmpty();
    }

    [Fact]
    public void Whatever_a_keep_alive_is_answered_changes_nothing()
    {
        var story = Watched();
        story.After(Interval).Tick();
        foreach (var outcome in Enum.GetValues<DeliveryOutcome>())
            story.Answered(outcome, to: "alerts").ShouldBe(PresenceReason.DeliveryOfNothingOwed);
    }

    [Fact]
    public void It_is_the_same_after_a_crash()
    {
        var story = Watched();
        var next = story.NextLook;
        story.Crash().NextLook.ShouldBe(next);
        story.After(next!.Value - story.Now).Tick();
        story.Sent.ShouldBe(["device.offline to alerts"]);
    }

    [Fact]
    public void Nothing_is_kept_alive_before_it_was_accepted_nor_in_grace()
    {
        var story = new Story();
        story.Context =
            story.Context with { Terms = new Dictionary<string, DestinationTerms> { ["mail"] = new() { KeepAlive = Interval } } };
        story.Timed(false);
        story.After(Minutes(4)).Tick();
        story.Sent.ShouldBeEmpty();
        story.After(Minutes(1)).Tick();
        story.Sends.ShouldHaveSingleItem().KeepAlive.ShouldBeFalse();
        story.Answered(DeliveryOutcome.Failed);
        story.After(Minutes(1)).Tick();
        story.Sends.ShouldHaveSingleItem().KeepAlive.ShouldBeFalse("its first telling is owed, and is retried as such");
    }

    [Fact]
    public void While_a_reconnect_may_or_may_not_hold_nothing_is_said_and_when_it_does_not_it_goes_on()
    {
        var story = Watched(recoveryHold: Minutes(30));
        story.After(Minutes(1)).Timed(true);
        story.After(Minutes(15)).Tick();
        story.Sent.ShouldBeEmpty();
        story.After(Minutes(1)).Timed(false);
        story.After(story.NextLook!.Value - story.Now).Tick();
        story.Sent.ShouldBe(["device.offline to alerts"]);
    }

    [Fact]
    public void With_the_recovery_it_ends()
    {
        var story = Watched();
        var outage = story.State.Outage!.Id;
        story.After(Minutes(30)).Timed(true);
        story.Sent.ShouldBe(["device.recovered to mail", "device.recovered to alerts"], ignoreOrder: true);
        foreach (var destination in story.Rules.Policy.Notify)
            story.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceRecovered, destination, outage);
        story.NextLook.ShouldBeNull();
        story.After(Interval).Tick();
        story.Sent.ShouldBeEmpty();
    }

    [Fact]
    public void Things_told_at_one_moment_are_not_all_looked_at_at_one_moment()
    {
        var looks = Enumerable.Range(0, 200).Select(n =>
        {
            var story = new Story();
            story.Context = story.Context with
            {
                ThingName = $"thing-{n}",
                Terms = new Dictionary<string, DestinationTerms> { ["mail"] = new() { KeepAlive = Interval } },
            };
            return story.Told().NextLook!.Value;
        }).ToList();
        looks.Distinct().Count().ShouldBeGreaterThan(100);
        (looks.Max() - looks.Min()).ShouldBeGreaterThan(Minutes(1.5));
    }

    [Fact]
    public void A_destination_that_does_not_want_recoveries_is_owed_none()
    {
        var story = new Story();
        story.Policy = story.Policy with { Notify = ["mail", "quiet"], RecoveryHold = TimeSpan.Zero };
        story.Context =
            story.Context with { Terms = new Dictionary<string, DestinationTerms> { ["quiet"] = new() { SendResolved = false } } };
        var outage = story.Told().State.Outage!.Id;
        story.After(Minutes(30)).Timed(true);
        story.Sent.ShouldBe(["device.recovered to mail"]);
        story.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceRecovered, "mail", outage);
        story.State.Owing.ShouldBeEmpty();
        story.NextLook.ShouldBeNull();
    }

    [Fact]
    public void A_destination_that_does_not_want_recoveries_still_hears_late_of_what_it_missed()
    {
        var story = new Story();
        story.Policy = story.Policy with { RecoveryHold = TimeSpan.Zero };
        story.Context =
            story.Context with { Terms = new Dictionary<string, DestinationTerms> { ["mail"] = new() { SendResolved = false } } };
        story.Timed(false);
        story.After(Minutes(5)).Tick();
        var outage = story.State.Outage!.Id;
        story.Answered(DeliveryOutcome.Failed);
        story.After(Minutes(0.5)).Timed(true);
        story.After(Minutes(1)).Tick();
        story.Sent.ShouldBe(["device.offline to mail"]);
        story.Answered(DeliveryOutcome.Accepted, outage: outage);
        story.Sent.ShouldBeEmpty();
        story.NextLook.ShouldBeNull();
    }
}
