using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Presence;
using static IoTOrleans.Contracts.PresenceStatus;

namespace IoTOrleans.Grains.Tests.Presence;

/// <summary>Paths through the rules, named by the statuses they pass.</summary>
public sealed class FlowTests
{
    private static readonly EventSource[] Queue = [EventSource.Queue];

    private static Story Verifiable(TimeSpan? recheck = null)
    {
        var story = new Story();
        (story.Context, story.Policy) = (
            story.Context with { Verifiable = Queue }, story.Policy with { RecheckEvery = recheck ?? Minutes(10) });
        story.Shadow(true, 10);
        story.After(Minutes(10)).Shadow(false, 11);
        return story;
    }

    [Fact]
    public void Flow_Connected_Grace_Connected_SendsNothing()
    {
        var story = new Story();
        story.Timed(true);
        story.After(Minutes(1)).Timed(false);
        story.After(Minutes(4)).Timed(true).ShouldBe(PresenceReason.CameBackInGrace);
        story.Sent.ShouldBeEmpty();
        story.NextLook.ShouldBeNull();
        story.State.Suppressed.ShouldBe(1);
        story.State.Durations.Sum().ShouldBe(1);
        story.After(Minutes(10)).Tick().ShouldBe(PresenceReason.NothingToDo);
    }

    [Fact]
    public void Flow_Connected_Grace_Offline_MarksBeforeItSends()
    {
        var story = new Story();
        story.Timed(true);
        story.After(Minutes(1)).Timed(false);
        story.After(Minutes(5)).Tick();
        story.Last.Persist.ShouldBeTrue();
        story.State.Outage!.Telling.ShouldBe(story.Now);
        story.Sent.ShouldBe(["device.offline to mail"]);
        story.State.Outage.NotifiedAt.ShouldBeNull();
        story.Answered(DeliveryOutcome.Accepted).ShouldBe(PresenceReason.Delivered);
        story.State.Outage!.NotifiedAt.ShouldBe(story.Now);
        story.State.Sent.ShouldBe(1);
    }

    [Fact]
    public void Flow_Offline_Recovering_Offline_Recovering_Connected_IsOneOutage()
    {
        var story = new Story().Told();
        var outage = story.State.Outage!;
        story.After(Minutes(30)).Timed(true).ShouldBe(PresenceReason.CameBackTold);
        story.After(Minutes(0.5)).Timed(false).ShouldBe(PresenceReason.DroppedInHold);
        story.Status.ShouldBe(Offline);
        story.Sent.ShouldBeEmpty();
        var back = story.After(Minutes(10)).Now;
        story.Timed(true);
        story.After(Minutes(2)).Tick();
        story.Sent.ShouldBe(["device.recovered to mail"]);
        var notification = story.Sends[0].Notification;
        (notification.OutageId, notification.Since, notification.RecoveredAt, notification.ShortReturns)
            .ShouldBe((outage.Id, outage.Since, back, 1));
        story.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceRecovered, outage: outage.Id);
        story.NextLook.ShouldBeNull();
        story.State.Owing.ShouldBeEmpty();
    }

    [Fact]
    public void Without_a_hold_a_reconnect_is_told_at_once()
    {
        var story = new Story();
        story.Policy = story.Policy with { RecoveryHold = TimeSpan.Zero };
        story.Told().After(Minutes(3)).Timed(true);
        story.Sent.ShouldBe(["device.recovered to mail"]);
        story.Status.ShouldBe(Connected);
    }

    [Fact]
    public void A_newer_session_within_the_hold_proves_another_drop_and_the_hold_begins_again()
    {
        var story = new Story();
        story.Lifecycle(true, 1, "a");
        story.After(Minutes(1)).Lifecycle(false, 1, "a");
        story.After(Minutes(5)).Tick();
        story.Answered(DeliveryOutcome.Accepted);
        story.After(Minutes(1)).Lifecycle(true, 2, "b");
        story.After(Minutes(0.8)).Lifecycle(true, 3, "c").ShouldBe(PresenceReason.DroppedInHold);
        story.State.Outage!.HoldEndsAt.ShouldBe(story.Now + Minutes(2), "and it is the second return within an hour");
    }

    [Fact]
    public void The_verifier_is_asked_at_the_deadline_and_its_yes_is_told()
    {
        var story = Verifiable();
        story.After(Minutes(5)).Tick().ShouldBe(PresenceReason.AskedVerifier);
        story.AsksVerifier.ShouldBeTrue();
        story.Last.Persist.ShouldBeFalse();
        story.Sent.ShouldBeEmpty();
        story.Verified(VerifierVerdict.Disconnected, story.State.Since, 11).ShouldBe(PresenceReason.ToldConfirmed);
        story.Sends[0].Notification.Verification.ShouldBe(Verification.Confirmed);
    }

    [Fact]
    public void A_verifier_that_knows_of_a_reconnect_heals_and_nobody_is_told()
    {
        var story = Verifiable();
        var back = story.After(Minutes(3)).Now;
        story.After(Minutes(2)).Tick();
        story.Verified(VerifierVerdict.Connected, back, 12).ShouldBe(PresenceReason.HealedByVerifier);
        (story.Status, story.State.Since, story.State.Suppressed).ShouldBe((Connected, back, 1));
        story.Sent.ShouldBeEmpty();
        story.After(Minutes(1)).Shadow(true, 12, back).ShouldBe(PresenceReason.Duplicate);
    }

    [Fact]
    public void A_connected_that_is_older_than_the_disconnect_is_no_answer()
    {
        var story = Verifiable();
        story.After(Minutes(5)).Tick();
        story.Verified(VerifierVerdict.Connected, Story.Start, 10);
        story.Status.ShouldBe(Offline);
        story.Sends[0].Notification.Verification.ShouldBe(Verification.Unanswered);
    }

    [Fact]
    public void Three_older_connecteds_in_a_row_are_one_warning()
    {
        var story = Verifiable();
        story.After(Minutes(5)).Tick();
        var warnings = 0;
        for (var look = 0; look < 6; look++)
        {
            story.Verified(VerifierVerdict.Connected, Story.Start, 10);
            warnings += story.Last.Effects.OfType<PresenceEffect.WarnVerifierStale>().Count();
            story.After(Minutes(10)).Tick();
        }

        warnings.ShouldBe(1);
    }

    [Fact]
    public void A_verifier_out_of_reach_is_tried_for_a_minute_and_then_people_are_told_without_it()
    {
        var story = Verifiable();
        story.After(Minutes(5)).Tick();
        var asked = story.Now;
        while (story.Status == Grace)
        {
            story.Verified(VerifierVerdict.Failed);
            story.After(story.NextLook!.Value - story.Now).Tick();
        }

        (story.Now - asked).ShouldBe(Minutes(1));
        story.Last.Reason.ShouldBe(PresenceReason.ToldUnanswered);
    }

    [Fact]
    public void A_question_that_was_lost_is_asked_again_and_does_not_silence_the_outage()
    {
        var story = Verifiable();
        story.After(Minutes(5)).Tick();
        story.Crash().After(TimeSpan.FromSeconds(20)).Tick().ShouldBe(PresenceReason.AskedVerifier);
        story.After(Minutes(1)).Tick().ShouldBe(PresenceReason.ToldUnanswered);
    }

    [Fact]
    public void A_verifier_that_knows_of_a_later_drop_gives_it_a_grace_of_its_own_but_only_once()
    {
        var story = Verifiable();
        var dropped = story.After(Minutes(4)).Now;
        story.After(Minutes(1)).Tick();
        story.Verified(VerifierVerdict.Disconnected, dropped, 13).ShouldBe(PresenceReason.VerifierKnowsNewerDisconnect);
        story.State.Outage!.GraceEndsAt.ShouldBe(dropped + Minutes(5));
        story.After(Minutes(4)).Tick();
        story.Verified(VerifierVerdict.Disconnected, story.Now - Minutes(1), 15).ShouldBe(PresenceReason.ToldConfirmed);
    }

    [Fact]
    public void An_answer_about_an_outage_that_is_over_is_dropped()
    {
        var story = Verifiable();
        story.After(Minutes(5)).Tick();
        var asked = story.State.Outage!.Id;
        story.After(TimeSpan.FromSeconds(1)).Shadow(true, 12);
        story.Do(new PresenceInput.Verified(asked, new VerifierAnswer(VerifierVerdict.Disconnected, Story.Start, 11)))
            .ShouldBe(PresenceReason.CameBackWhileAsking);
        story.Status.ShouldBe(Connected);
    }

    [Fact]
    public void Offline_things_are_looked_at_again_and_come_back_without_an_event()
    {
        var story = Verifiable();
        story.After(Minutes(5)).Tick();
        story.Verified(VerifierVerdict.Disconnected, story.State.Since, 11);
        story.Answered(DeliveryOutcome.Accepted);
        story.NextLook.ShouldBe(story.Now + Minutes(10));
        story.After(Minutes(10)).Tick().ShouldBe(PresenceReason.AskedVerifier);
        story.Verified(VerifierVerdict.Connected, story.Now - Minutes(2), 12).ShouldBe(PresenceReason.HealedByVerifier);
        story.Status.ShouldBe(Recovering);
    }

    [Fact]
    public void Still_offline_is_repeated_to_those_who_heard_of_the_outage_and_numbered()
    {
        var story = new Story();
        story.Policy = story.Policy with { RepeatInterval = TimeSpan.FromHours(1), Notify = ["mail", "hook"] };
        story.Timed(false);
        story.After(Minutes(5)).Tick();
        story.Answered(DeliveryOutcome.Accepted);
        story.Answered(DeliveryOutcome.Refused, to: "hook");
        story.NextLook!.Value.ShouldBeLessThan(story.Now + TimeSpan.FromHours(1) + TimeSpan.FromSeconds(1));
        story.After(TimeSpan.FromHours(1)).Tick();
        story.Sent.ShouldBe(["device.still_offline to mail", "device.offline to hook"], ignoreOrder: true);
        story.Sends.Single(s => s.Destination == "mail").Notification.Sequence.ShouldBe(1);
        story.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceStillOffline, sequence: 1);
        story.After(TimeSpan.FromHours(3)).Tick();
        story.Sends.Single(s => s.Destination == "mail").Notification.Sequence.ShouldBe(2, "missed ones are not made up for");
        story.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceStillOffline, sequence: 2);
        story.State.Outage!.Deliveries["mail"].RepeatedAt
            .ShouldBe(Story.Start + Minutes(5) + TimeSpan.FromHours(4), "the rhythm stays that of the first notification");
    }

    [Fact]
    public void A_muted_thing_is_watched_and_shown_and_nobody_is_told()
    {
        var story = new Story();
        story.Policy = story.Policy with { Muted = true };
        story.Timed(false);
        story.After(Minutes(5)).Tick().ShouldBe(PresenceReason.MutedAtDeadline);
        story.Sent.ShouldBeEmpty();
        story.Status.ShouldBe(Offline);
        story.After(Minutes(5)).Timed(true);
        story.Sent.ShouldBeEmpty();
        story.State.Suppressed.ShouldBe(1);
    }

    [Fact]
    public void A_thing_whose_mute_is_lifted_while_it_is_offline_is_told_with_the_true_time()
    {
        var story = new Story();
        story.Policy = story.Policy with { Muted = true };
        story.Timed(false);
        story.After(Minutes(5)).Tick();
        story.Policy = story.Policy with { Muted = false };
        story.After(TimeSpan.FromHours(2)).Tick();
        story.Sends.Single().Notification.Since.ShouldBe(Story.Start);
    }

    [Fact]
    public void A_longer_grace_after_a_restart_moves_the_deadline_of_a_running_outage()
    {
        var story = new Story();
        story.Timed(false);
        story.Policy = story.Policy with { Grace = Minutes(20) };
        story.After(Minutes(5)).Tick().ShouldBe(PresenceReason.GraceChanged);
        story.NextLook.ShouldBe(Story.Start + Minutes(20));
    }

    [Fact]
    public void A_new_start_of_the_broker_gives_everybody_a_whole_grace()
    {
        var story = new Story();
        story.Broker(true, 1);
        var start = new BrokerStart(2, story.After(Minutes(60)).Now);
        story.After(TimeSpan.FromSeconds(5)).Do(new PresenceInput.BrokerStarted(start)).ShouldBe(PresenceReason.WatcherRestarted);
        story.Status.ShouldBe(Grace);
        story.NextLook.ShouldBe(start.At + Minutes(5) + TimeSpan.FromSeconds(5));
        story.Do(new PresenceInput.BrokerStarted(start)).ShouldBe(PresenceReason.Unchanged);
        story.After(Minutes(1)).Broker(true, 1, start: 2).ShouldBe(PresenceReason.CameBackInGrace);
        story.State.Suppressed.ShouldBe(0, "it was our restart, not its drop");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_new_start_of_the_broker_changes_nothing_for_a_thing_whose_outage_is_told_or_muted(bool muted)
    {
        var story = new Story();
        story.Policy = story.Policy with { Muted = muted };
        story.Broker(true, 1);
        story.Broker(false, 1);
        story.After(Minutes(6)).Tick();
        story.Status.ShouldBe(Offline);
        var (ring, outage) = (story.State.Ring.Count, story.State.Outage);
        var start = new BrokerStart(2, story.After(Minutes(60)).Now);
        story.After(TimeSpan.FromSeconds(5)).Do(new PresenceInput.BrokerStarted(start)).ShouldBe(PresenceReason.Unchanged);
        story.Last.Persist.ShouldBeTrue("it is asked once for each start");
        story.State.Ring.Count.ShouldBe(ring);
        story.State.Outage.ShouldBe(outage);
        ConnectionRules.MissedStart(story.State, start).ShouldBeFalse();
    }

    [Fact]
    public void A_new_start_of_the_broker_prolongs_a_running_grace()
    {
        var story = new Story();
        story.Broker(true, 1);
        story.Broker(false, 1);
        var id = story.State.Outage!.Id;
        var start = new BrokerStart(2, story.After(Minutes(60)).Now);
        story.Do(new PresenceInput.BrokerStarted(start));
        story.Tick().ShouldBe(PresenceReason.TooEarly);
        story.After(Minutes(5) + TimeSpan.FromSeconds(5)).Tick().ShouldBe(PresenceReason.ToldUnverified);
        story.State.Outage!.Id.ShouldBe(id);
    }
}
