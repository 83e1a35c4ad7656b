using IoTOrleans.Contracts;
using IoTOrleans.Grains.Mutes;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Presence;
using IoTOrleans.Grains.Tests.Presence;

namespace IoTOrleans.Grains.Tests.Mutes;

/// <summary>What a run-time mute does to an outage, and what ends it.</summary>
public sealed class MuteRulesTests
{
    private static readonly string[] north = ["north"];

    private static void Muted(Story story, bool on = true) => story.Context = story.Context with { MutedBy = on ? north : [] };

    [Fact]
    public void A_mute_that_begins_during_a_grace_silences_its_end()
    {
        var story = new Story();
        story.Timed(false);
        Muted(story.After(Minutes(2)));
        story.After(Minutes(3)).Tick().ShouldBe(PresenceReason.MutedAtDeadline);
        story.Status.ShouldBe(PresenceStatus.Offline);
        LookingRules.OnlyWaitsForMute(story.State, story.Rules, story.Now).ShouldBeTrue();
    }

    [Fact]
    public void A_mute_that_ends_before_the_grace_does_changes_nothing()
    {
        var story = new Story();
        Muted(story);
        story.Timed(false);
        Muted(story.After(Minutes(4)), on: false);
        story.After(Minutes(1)).Tick().ShouldBe(PresenceReason.ToldUnverified);
    }

    [Fact]
    public void The_end_of_a_mute_is_no_reason_to_tell_without_asking_the_verifier()
    {
        var story = new Story();
        (story.Context, story.Policy) = (story.Context with { Verifiable = [EventSource.Http] }, story.Policy with { RecheckEvery = TimeSpan.Zero });
        Muted(story);
        story.Timed(false);
        story.After(Minutes(5)).Tick().ShouldBe(PresenceReason.MutedAtDeadline);
        Muted(story.After(Minutes(60)), on: false);
        story.Tick().ShouldBe(PresenceReason.AskedVerifier);
        story.Sent.ShouldBeEmpty();
        story.Verified(VerifierVerdict.Disconnected, Story.Start).ShouldBe(PresenceReason.ToldConfirmed);
        story.Sends.Single().Notification.Since.ShouldBe(Story.Start);
    }

    [Fact]
    public void The_recovery_of_what_was_told_before_the_mute_is_told_during_it()
    {
        var story = new Story().Told();
        Muted(story);
        story.After(Minutes(10)).Timed(true);
        story.After(Minutes(1)).Tick();
        story.Sent.ShouldBe(["device.recovered to mail"]);
    }

    [Fact]
    public void What_was_due_before_the_mute_and_could_not_be_delivered_is_still_delivered()
    {
        var story = new Story();
        story.Timed(false);
        story.After(Minutes(5)).Tick();
        story.Answered(DeliveryOutcome.Failed);
        Muted(story);
        LookingRules.OnlyWaitsForMute(story.State, story.Rules, story.Now).ShouldBeFalse();
        story.After(Minutes(1)).Tick();
        story.Sent.ShouldBe(["device.offline to mail"]);
    }

    [Fact]
    public void It_is_not_repeated_that_a_muted_thing_is_away_and_said_once_when_the_mute_ends()
    {
        var story = new Story();
        story.Policy = story.Policy with { RepeatInterval = Minutes(60) };
        story.Told();
        Muted(story);
        story.After(Minutes(200)).Tick();
        story.Sent.ShouldBeEmpty();
        LookingRules.WaitsForMute(story.State, story.Rules).ShouldBeTrue();
        Muted(story, on: false);
        story.Tick();
        story.Sent.ShouldBe(["device.still_offline to mail"]);
        story.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceStillOffline, sequence: 1);
        story.Tick();
        story.Sent.ShouldBeEmpty();
    }

    [Fact]
    public void A_thing_has_recovered_when_its_return_has_lasted()
    {
        var story = new Story();
        Muted(story);
        story.Timed(false);
        story.After(Minutes(5)).Tick();
        story.After(Minutes(5)).Timed(true).ShouldBe(PresenceReason.CameBackMuted);
        story.State.RecoveredAt.ShouldBeNull();
        story.NextLook.ShouldBe(story.Now + Minutes(1));
        story.After(Minutes(1)).Tick().ShouldBe(PresenceReason.HoldHeld);
        (story.State.RecoveredAt, story.Last.Persist, story.NextLook).ShouldBe((story.Now, true, null));
    }

    [Fact]
    public void A_return_that_did_not_last_is_no_recovery_nor_is_one_within_the_grace()
    {
        var story = new Story();
        Muted(story);
        story.Timed(false);
        story.After(Minutes(5)).Tick();
        story.After(Minutes(5)).Timed(true);
        story.After(Minutes(0.5)).Timed(false);
        story.After(Minutes(2)).Timed(true).ShouldBe(PresenceReason.CameBackInGrace);
        story.After(Minutes(30)).Tick();
        (story.State.RecoveredAt, story.State.RecoversAt).ShouldBe((null, null));
    }

    [Fact]
    public void When_the_mute_has_ended_whatever_comes_in_first_does_not_put_off_the_verdict()
    {
        var story = new Story();
        Muted(story);
        story.Timed(false);
        story.After(Minutes(5)).Tick();
        Muted(story.After(Minutes(30)), on: false);
        story.Timed(false, Story.Start).ShouldBe(PresenceReason.Duplicate);
        story.NextLook!.Value.ShouldBeLessThanOrEqualTo(story.Now);
    }

    [Fact]
    public void Each_thing_of_a_glob_recovers_for_itself()
    {
        var mute = new Mute { Id = "doors", Glob = "door-*", From = Story.Start, UntilRecovered = true };
        var index = new MuteIndex(new MuteList { Mutes = new List<Mute> { mute } });
        var now = Story.Start + Minutes(10);
        index.Holding("door-1", new DeviceState(), now).ShouldBe(["doors"]);
        index.Holding("door-1", new DeviceState { RecoveredAt = now }, now).ShouldBeEmpty();
        index.Holding("door-2", new DeviceState { RecoveredAt = Story.Start - Minutes(1) }, now).ShouldBe(["doors"]);
        index.Holding("window-1", new DeviceState(), now).ShouldBeEmpty();
        index.Holding("door-1", new DeviceState(), mute.From + Mute.Longest).ShouldBeEmpty("a mute that nobody remembers ends at last");
    }

    [Fact]
    public void An_attribute_must_be_the_same_in_name_and_value()
    {
        var mute = new Mute { Id = "north", Attribute = new("site", "north"), From = Story.Start, Until = Story.Start + Minutes(10) };
        var index = new MuteIndex(new MuteList { Mutes = new List<Mute> { mute } });
        Holding("north", 0).ShouldBe(["north"]);
        Holding("North", 0).ShouldBeEmpty();
        Holding("north", -0.1).ShouldBeEmpty("it has not begun");
        Holding("north", 10).ShouldBeEmpty("it has ended");

        IReadOnlyList<string> Holding(string site, double minutes) =>
            index.Holding("x", new DeviceState { Attributes = new Dictionary<string, string> { ["site"] = site } }, Story.Start + Minutes(minutes));
    }
}
