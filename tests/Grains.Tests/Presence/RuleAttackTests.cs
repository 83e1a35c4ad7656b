using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Tests.Presence;

/// <summary>Stories that once broke the rules: each was a failing test before it was mended.</summary>
public sealed class RuleAttackTests
{
    private static readonly EventSource[] Queue = [EventSource.Queue];
    private static readonly EventSource[] BrokerDoor = [EventSource.Broker];

    [Fact]
    public void A_still_offline_that_failed_is_tried_again_within_a_minute()
    {
        var story = new Story();
        story.Policy = story.Policy with { RepeatInterval = TimeSpan.FromDays(1) };
        story.Told();
        story.After(story.NextLook!.Value - story.Now).Tick();
        story.Sent.ShouldBe(["device.still_offline to mail"]);
        story.Answered(DeliveryOutcome.Failed, NotificationEvent.DeviceStillOffline, sequence: 1);
        (story.NextLook!.Value - story.Now).ShouldBeLessThanOrEqualTo(Minutes(1));
    }

    [Fact]
    public void A_still_offline_that_got_lost_is_asked_for_again_within_a_minute()
    {
        var story = new Story();
        story.Policy = story.Policy with { RepeatInterval = TimeSpan.FromDays(1) };
        story.Told();
        story.After(story.NextLook!.Value - story.Now).Tick();
        story.Sent.ShouldBe(["device.still_offline to mail"]);
        (story.NextLook!.Value - story.Now).ShouldBeLessThanOrEqualTo(Minutes(1));
    }

    [Fact]
    public void Two_refused_repeats_do_not_cost_the_recovery()
    {
        var story = new Story();
        story.Policy = story.Policy with { RepeatInterval = TimeSpan.FromDays(1), RecoveryHold = TimeSpan.Zero };
        story.Told();
        var (refused, looks) = (0, 0);
        while (refused < 2)
        {
            (++looks).ShouldBeLessThan(10_000, "two days of looks, once a minute at most, and no second repeat");
            story.After(story.NextLook!.Value - story.Now).Tick();
            if (story.Sends.Count == 0) continue;
            story.Answered(DeliveryOutcome.Refused, NotificationEvent.DeviceStillOffline, sequence: story.Sends[0].Notification.Sequence);
            refused++;
        }

        story.State.Outage!.Deliveries["mail"].GivenUp.ShouldBeFalse("two attempts are no day of hourly attempts");
    }

    [Fact]
    public void A_broker_start_with_a_shorter_grace_still_gives_everybody_a_whole_grace()
    {
        var story = new Story();
        story.Policy = story.Policy with { Grace = Minutes(60) };
        story.Broker(true, 1);
        story.Broker(false, 1);
        story.After(Minutes(59)).Crash();
        story.Policy = story.Policy with { Grace = Minutes(1) };
        var start = new BrokerStart(2, story.Now);
        story.After(Seconds(10)).Do(new PresenceInput.BrokerStarted(start));
        story.Tick();
        story.Sent.ShouldBeEmpty("it has until start + grace + settle");
    }

    [Fact]
    public void A_broker_start_with_a_longer_grace_does_not_count_the_difference_twice()
    {
        var story = new Story();
        story.Broker(true, 1);
        story.Broker(false, 1);
        story.After(Minutes(1)).Crash();
        story.Policy = story.Policy with { Grace = TimeSpan.FromHours(1) };
        var start = new BrokerStart(2, story.Now);
        story.Do(new PresenceInput.BrokerStarted(start));
        story.After(story.NextLook!.Value - story.Now).Tick();
        story.NextLook!.Value.ShouldBeLessThanOrEqualTo(start.At + TimeSpan.FromHours(1) + Seconds(65));
    }

    [Fact]
    public void A_shorter_grace_after_a_restart_moves_the_deadline_nearer()
    {
        var story = new Story();
        story.Policy = story.Policy with { Grace = TimeSpan.FromDays(7) };
        story.Timed(true);
        story.Timed(false);
        story.After(Minutes(2)).Crash();
        story.Policy = story.Policy with { Grace = Minutes(5) };
        story.NextLook.ShouldBe(Story.Start + Minutes(5));
    }

    [Fact]
    public void A_drop_that_came_after_the_hold_had_passed_is_another_outage_however_late_both_arrive()
    {
        var story = new Story().Told();
        var first = story.State.Outage!.Id;
        story.After(TimeSpan.FromHours(2));
        story.Timed(true, story.Now - Minutes(60));
        story.After(Seconds(1)).Timed(false, story.Now - Minutes(10));
        story.State.Outage!.Id.ShouldNotBe(first);
    }

    [Fact]
    public void The_shadow_that_reports_the_same_drop_is_no_second_drop()
    {
        var story = new Story();
        story.Lifecycle(true, 7, "a");
        story.Change(Document(story, true, 41));
        story.After(Minutes(10)).Lifecycle(false, 7, "a");
        var outage = story.State.Outage!.Id;
        story.After(Seconds(1)).Change(Document(story, false, 42));
        (story.State.Outage!.Id, story.State.Suppressed).ShouldBe((outage, 0));
    }

    private static ConnectionChange Document(Story story, bool connected, long version) =>
        new(connected, ChangeKind.Shadow, EventSource.Queue, story.Now, story.Now) { Number = version, SaysChanged = true };

    [Fact]
    public void A_post_that_changes_nothing_does_not_hide_a_thing_from_the_next_broker_start()
    {
        var story = new Story();
        story.Broker(true, 1);
        story.After(Minutes(1)).Timed(true).ShouldBe(PresenceReason.Unchanged);
        story.After(Minutes(1)).Do(new PresenceInput.BrokerStarted(new BrokerStart(2, story.Now)));
        story.Status.ShouldBe(PresenceStatus.Grace);
    }

    [Fact]
    public void A_question_that_got_lost_is_asked_again_before_anyone_is_told_without_it()
    {
        var story = Verifiable();
        story.After(Minutes(5)).Tick().ShouldBe(PresenceReason.AskedVerifier);
        var asked = 1;
        while (story.Status == PresenceStatus.Grace)
        {
            story.After(story.NextLook!.Value - story.Now).Tick();
            if (story.AsksVerifier) asked++;
        }

        asked.ShouldBeGreaterThan(1);
    }

    [Fact]
    public void A_failed_answer_that_finds_a_new_activation_is_the_begin_of_a_minute_of_trying_and_not_its_end()
    {
        var story = Verifiable();
        story.After(Minutes(5)).Tick().ShouldBe(PresenceReason.AskedVerifier);
        story.Crash().After(Seconds(3)).Verified(VerifierVerdict.Failed);
        story.Sent.ShouldBeEmpty();
    }

    private static Story Verifiable()
    {
        var story = new Story();
        story.Context = story.Context with { Verifiable = Queue };
        story.Shadow(true, 10);
        story.After(Minutes(10)).Shadow(false, 11);
        return story;
    }

    [Fact]
    public void A_broker_start_after_the_first_question_leaves_no_look_in_the_past()
    {
        var story = new Story();
        story.Context = story.Context with { Verifiable = BrokerDoor };
        story.Broker(true, 1);
        story.Broker(false, 1);
        story.Crash().After(Minutes(30)).Tick().ShouldBe(PresenceReason.AskedVerifier);
        story.Verified(VerifierVerdict.Failed);
        var start = new BrokerStart(2, story.After(Seconds(1)).Now);
        story.After(Seconds(4)).Do(new PresenceInput.BrokerStarted(start));
        story.Tick().ShouldBe(PresenceReason.TooEarly);
        story.NextLook!.Value.ShouldBeGreaterThan(story.Now);
    }

    [Fact]
    public void A_broker_start_after_the_first_question_does_not_spare_the_next_question()
    {
        var story = new Story();
        story.Context = story.Context with { Verifiable = BrokerDoor };
        story.Broker(true, 1);
        story.Broker(false, 1);
        story.Crash().After(Minutes(30)).Tick().ShouldBe(PresenceReason.AskedVerifier);
        story.Verified(VerifierVerdict.Failed);
        var start = new BrokerStart(2, story.After(Seconds(1)).Now);
        story.After(Seconds(4)).Do(new PresenceInput.BrokerStarted(start));
        story.After(Minutes(5.1)).Tick().ShouldBe(PresenceReason.AskedVerifier);
    }

    [Fact]
    public void A_destination_that_is_named_twice_is_told_once()
    {
        var story = new Story();
        story.Policy = story.Policy with { Notify = ["mail", "mail"] };
        story.Timed(false);
        story.After(Minutes(5)).Tick();
        story.Sent.ShouldBe(["device.offline to mail"]);
    }

    [Fact]
    public void A_destination_that_is_named_twice_is_a_mistake_at_start()
    {
        var options = new PresenceOptions();
        options.Policies.Add(new() { Match = "*", Policy = new() { Notify = ["mail", "mail"] } });
        options.Check(["mail"]).ShouldNotBeEmpty();
    }

    [Fact]
    public void Repeats_go_on_after_the_interval_was_made_longer()
    {
        var story = new Story();
        story.Policy = story.Policy with { RepeatInterval = TimeSpan.FromHours(1) };
        story.Told();
        story.After(TimeSpan.FromHours(72)).Tick();
        story.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceStillOffline, sequence: story.Sends[0].Notification.Sequence);
        story.Crash();
        story.Policy = story.Policy with { RepeatInterval = TimeSpan.FromDays(1) };
        var sent = 0;
        for (var hour = 0; hour < 72; hour++)
        {
            story.After(TimeSpan.FromHours(1)).Tick();
            sent += story.Sends.Count;
        }

        sent.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void A_recovery_that_nobody_wants_any_more_does_not_come_up_months_later()
    {
        var story = new Story();
        story.Policy = story.Policy with { RecoveryHold = TimeSpan.Zero };
        story.Told().After(Minutes(5)).Timed(true);
        story.Answered(DeliveryOutcome.Failed, NotificationEvent.DeviceRecovered);
        story.Policy = story.Policy with { NotifyRecovery = false };
        story.Crash().After(Minutes(5)).Tick();
        story.NextLook.ShouldBeNull();
        story.Policy = story.Policy with { NotifyRecovery = true };
        story.Crash().After(TimeSpan.FromDays(90)).Timed(false);
        story.After(Minutes(5)).Tick();
        story.Sent.ShouldBe(["device.offline to mail"]);
    }

    [Fact]
    public void A_new_numbering_without_identifiers_proves_a_reconnect_too()
    {
        var story = new Story();
        story.Policy = story.Policy with { Grace = TimeSpan.FromHours(6) };
        story.Lifecycle(true, 0);
        story.After(Minutes(1)).Lifecycle(false, 0);
        story.After(TimeSpan.FromHours(5)).Lifecycle(false, 0);
        story.Lifecycle(true, 0);
        story.State.Outage!.GraceEndsAt.ShouldBe(story.Now + TimeSpan.FromHours(6));
    }

    [Fact]
    public void A_thing_that_is_muted_while_offline_is_not_repeated()
    {
        var story = new Story();
        story.Policy = story.Policy with { RepeatInterval = TimeSpan.FromHours(1) };
        story.Told().Crash();
        story.Policy = story.Policy with { Muted = true };
        story.After(TimeSpan.FromHours(1.5)).Tick();
        story.Sent.ShouldBeEmpty();
    }

    [Fact]
    public void Retry_times_are_whole_milliseconds()
    {
        var story = new Story();
        story.Timed(false);
        story.After(Minutes(5)).Tick();
        story.Answered(DeliveryOutcome.Failed);
        var retryAt = story.State.Outage!.Deliveries["mail"].RetryAt!.Value;
        retryAt.ShouldBe(Moments.ToMilliseconds(retryAt));
    }

    [Fact]
    public void A_broker_start_is_stored_in_whole_milliseconds()
    {
        var story = new Story();
        story.Broker(true, 1);
        story.After(Minutes(1)).Do(new PresenceInput.BrokerStarted(new BrokerStart(2, story.Now.AddTicks(1234))));
        var before = story.State.Outage;
        story.Crash();
        story.State.Outage!.GraceEndsAt.ShouldBe(before!.GraceEndsAt);
    }

    [Fact]
    public void A_thing_whose_mute_is_lifted_is_looked_at_before_anyone_is_told()
    {
        var story = new Story();
        (story.Context, story.Policy) = (
            story.Context with { Verifiable = Queue }, story.Policy with { Muted = true, RecheckEvery = TimeSpan.Zero });
        story.Shadow(true, 10);
        story.After(Minutes(1)).Shadow(false, 11);
        story.After(Minutes(5)).Tick();
        story.Policy = story.Policy with { Muted = false };
        story.Crash().After(TimeSpan.FromDays(3)).Tick();
        story.Sent.ShouldBeEmpty();
    }

    [Fact]
    public void A_thing_that_keeps_reporting_is_rechecked_all_the_same()
    {
        var story = new Story();
        story.Context = story.Context with { Verifiable = Queue };
        story.Timed(false, source: EventSource.Queue);
        story.After(Minutes(5)).Tick();
        story.Verified(VerifierVerdict.DoesNotKnow);
        story.Answered(DeliveryOutcome.Accepted);
        story.Crash();
        var asked = false;
        for (var minute = 0; minute < 120; minute += 5)
        {
            story.After(Minutes(5)).Timed(false, source: EventSource.Queue);
            if (story.NextLook <= story.Now + Minutes(5)) { asked = true; }
        }

        asked.ShouldBeTrue();
    }
}
