using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Tests.Presence;

/// <summary>A thing that was imported, or named by a policy, and of which nothing is heard.</summary>
public sealed class ExpectationTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private static Story Expected(bool verifiable = false)
    {
        var story = new Story();
        story.Policy = story.Policy with { ExpectWithin = Hour };
        if (verifiable) story.Context = story.Context with { Verifiable = [EventSource.Queue] };
        story.Imported(new(VerifierVerdict.DoesNotKnow)).ShouldBe(PresenceReason.ImportedUnknown);
        return story;
    }

    private static Story NeverSeen()
    {
        var story = Expected();
        story.After(Hour).Tick().ShouldBe(PresenceReason.ToldNeverSeen);
        story.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceNeverSeen);
        return story;
    }

    [Fact]
    public void It_is_told_once_when_its_time_is_over()
    {
        var story = Expected();
        var imported = story.Now;
        story.NextLook.ShouldBe(imported + Hour);
        story.After(Minutes(59)).Tick().ShouldBe(PresenceReason.NothingToDo);
        story.Sent.ShouldBeEmpty();
        story.After(Minutes(1)).Tick().ShouldBe(PresenceReason.ToldNeverSeen);
        story.Sent.ShouldBe(["device.never_seen to mail"]);
        var told = story.Sends[0].Notification;
        (told.NeverSeen, told.Since, told.Grace, told.Verification).ShouldBe((true, imported, Hour, Verification.None));
        story.Status.ShouldBe(PresenceStatus.Unknown);

        story.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceNeverSeen).ShouldBe(PresenceReason.Delivered);
        story.Policy = story.Policy with { RepeatInterval = Hour };
        for (var day = 0; day < 3; day++)
        {
            story.After(TimeSpan.FromDays(1)).Crash().Tick();
            story.Sent.ShouldBeEmpty("it is told once");
        }

        story.State.Sent.ShouldBe(1);
        story.NextLook.ShouldNotBeNull("the reminder table lists it");
    }

    [Fact]
    public void An_answer_that_is_on_its_way_tells_nobody_after_the_expectation_was_turned_off()
    {
        var story = Expected(verifiable: true);
        story.After(Hour).Tick().ShouldBe(PresenceReason.AskedVerifier);
        story.Set(new() { ExpectWithin = TimeSpan.Zero });
        story.Verified(VerifierVerdict.DoesNotKnow).ShouldBe(PresenceReason.CameBackWhileAsking);
        story.Sent.ShouldBeEmpty();
    }

    [Fact]
    public void Its_first_event_in_time_ends_it_without_a_word()
    {
        var story = Expected();
        story.After(Minutes(59)).Timed(true).ShouldBe(PresenceReason.FirstConnected);
        story.NextLook.ShouldBeNull();
        (story.State.Suppressed, story.State.Durations.Count, story.State.ExpectedSince).ShouldBe((0, 0, null));
        story.Sent.ShouldBeEmpty();
    }

    [Fact]
    public void A_shadow_that_says_connected_as_before_is_being_seen_and_one_that_says_disconnected_as_before_is_not()
    {
        var story = Expected();
        story.After(Minutes(1)).Shadow(false, 3, unchanged: true).ShouldBe(PresenceReason.Unchanged);
        story.After(Minutes(1)).Shadow(true, 4, unchanged: true).ShouldBe(PresenceReason.FirstConnected);
        new Story().Shadow(true, 4, unchanged: true).ShouldBe(PresenceReason.Unchanged, "nobody expects that one");
    }

    [Fact]
    public void After_it_was_told_its_first_connect_closes_it_at_once()
    {
        var story = NeverSeen();
        story.After(Minutes(30)).Timed(true).ShouldBe(PresenceReason.FirstConnected);
        story.Sent.ShouldBe(["device.recovered to mail"]);
        var told = story.Sends[0].Notification;
        (told.NeverSeen, told.RecoveredAt, told.Duration).ShouldBe((true, story.Now, TimeSpan.FromMinutes(90)));
        story.Status.ShouldBe(PresenceStatus.Connected);
        var id = story.State.Owing.ShouldHaveSingleItem().Id;
        story.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceRecovered, outage: id);
        story.NextLook.ShouldBeNull();
        (story.State.Suppressed, story.State.Durations.Count).ShouldBe((0, 0), "it was no disconnect");
    }

    [Fact]
    public void A_first_event_that_says_disconnected_closes_it_too_and_begins_a_grace()
    {
        var story = NeverSeen();
        story.After(Minutes(30)).Timed(false).ShouldBe(PresenceReason.GraceStarted);
        story.Sent.ShouldBe(["device.recovered to mail"]);
        story.Status.ShouldBe(PresenceStatus.Grace);
        story.State.Outage!.NeverSeen.ShouldBeFalse();
        story.After(Minutes(5)).Tick().ShouldBe(PresenceReason.ToldUnverified);
    }

    [Fact]
    public void At_its_deadline_the_verifier_is_asked_and_what_it_knows_counts()
    {
        var story = Expected(verifiable: true);
        story.After(Hour).Tick().ShouldBe(PresenceReason.AskedVerifier);
        story.AsksVerifier.ShouldBeTrue();
        story.Verified(VerifierVerdict.Connected, Story.Start.AddDays(-3), 7).ShouldBe(PresenceReason.HealedByVerifier);
        story.Status.ShouldBe(PresenceStatus.Connected);
        story.Sent.ShouldBeEmpty();

        story = Expected(verifiable: true);
        story.After(Hour).Tick();
        var gone = Story.Start.AddDays(-3);
        story.Verified(VerifierVerdict.Disconnected, gone, 7).ShouldBe(PresenceReason.VerifierKnowsNewerDisconnect);
        (story.Status, story.State.Since, story.NextLook).ShouldBe((PresenceStatus.Grace, gone, story.Now + story.Rules.Policy.Grace));
        story.Sent.ShouldBeEmpty();

        story = Expected(verifiable: true);
        story.After(Hour).Tick();
        story.Verified(VerifierVerdict.DoesNotKnow).ShouldBe(PresenceReason.ToldNeverSeen);
        story.Sends[0].Notification.Verification.ShouldBe(Verification.Unanswered);
        story.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceNeverSeen);
        story.After(story.Rules.Policy.RecheckEvery).Tick().ShouldBe(PresenceReason.AskedVerifier);
        story.Verified(VerifierVerdict.Connected, story.Now, 8).ShouldBe(PresenceReason.HealedByVerifier);
        story.Sent.ShouldBe(["device.recovered to mail"]);
    }

    [Fact]
    public void A_crash_while_the_verifier_is_asked_costs_nothing()
    {
        var story = Expected(verifiable: true);
        var stored = story.State;
        story.After(Hour).Tick();
        story.Last.Persist.ShouldBeFalse("asking is not stored");
        var id = story.State.Outage!.Id;
        story.State = stored;
        story.Crash().Tick().ShouldBe(PresenceReason.AskedVerifier);
        story.State.Outage!.Id.ShouldBe(id);
    }

    [Fact]
    public void While_its_first_event_may_be_in_the_queue_nobody_is_told()
    {
        var story = Expected();
        story.After(Hour);
        story.Context = story.Context with { Blind = new(new Watermark(story.Now - Minutes(2))) };
        story.Tick().ShouldBe(PresenceReason.HeldBacklog);
        story.Context = story.Context with { Blind = new(new Watermark(story.Now + Minutes(1))) };
        story.After(Minutes(1)).Tick().ShouldBe(PresenceReason.ToldNeverSeen);
    }

    [Fact]
    public void A_mute_keeps_it_quiet_until_it_ends()
    {
        var story = Expected();
        story.Context = story.Context with { MutedBy = ["m"] };
        story.After(Hour).Tick().ShouldBe(PresenceReason.MutedAtDeadline);
        story.After(Hour).Crash().Tick();
        story.Sent.ShouldBeEmpty();
        story.Context = story.Context with { MutedBy = [] };
        story.After(Minutes(1)).Tick().ShouldBe(PresenceReason.ToldNeverSeen);
    }

    [Fact]
    public void A_muted_one_that_is_seen_leaves_nothing_behind()
    {
        var story = Expected();
        story.Context = story.Context with { MutedBy = ["m"] };
        story.After(Hour).Tick();
        story.After(Minutes(1)).Timed(true).ShouldBe(PresenceReason.FirstConnected);
        (story.State.Outage, story.State.Owing.Count, story.State.RecoveredAt).ShouldBe((null, 0, story.Now));
    }

    [Fact]
    public void The_setting_counts_as_it_is_now()
    {
        var story = Expected();
        story.Policy = story.Policy with { ExpectWithin = 2 * Hour };
        story.NextLook.ShouldBe(Story.Start + (2 * Hour));
        story.Policy = story.Policy with { ExpectWithin = TimeSpan.Zero };
        story.NextLook.ShouldBeNull();

        story = Expected();
        story.Context = story.Context with { MutedBy = ["m"] };
        story.After(Hour).Tick();
        (story.Context, story.Policy) = (
            story.Context with { MutedBy = [] }, story.Policy with { ExpectWithin = TimeSpan.Zero });
        story.After(Minutes(1)).Tick();
        story.Sent.ShouldBeEmpty("it is expected no longer");
        story.NextLook.ShouldBeNull();
    }

    [Fact]
    public void A_policy_for_one_thing_names_it()
    {
        var story = new Story();
        story.Set(new() { Grace = Minutes(1) });
        story.State.ExpectedSince.ShouldBeNull();
        story.Set(new() { ExpectWithin = Hour });
        story.After(Hour).Tick().ShouldBe(PresenceReason.ToldNeverSeen);

        var known = new Story();
        known.Timed(true);
        known.Set(new() { ExpectWithin = Hour });
        known.State.ExpectedSince.ShouldBeNull("it has been seen");
    }

    [Fact]
    public void One_that_is_removed_closes_its_alert()
    {
        var story = NeverSeen();
        story.After(Minutes(1)).Do(new PresenceInput.Forgotten());
        story.Sent.ShouldBe(["device.removed to mail"]);
        story.State.ExpectedSince.ShouldBeNull();
    }

    [Fact]
    public void A_destination_with_a_keep_alive_hears_the_same_word_again()
    {
        var story = NeverSeen();
        var terms = new Dictionary<string, DestinationTerms> { ["mail"] = new() { KeepAlive = Hour } };
        story.Context = story.Context with { Terms = terms };
        story.After(2 * Hour).Tick();
        var kept = story.Sends.ShouldHaveSingleItem();
        (kept.KeepAlive, kept.Notification.Event).ShouldBe((true, NotificationEvent.DeviceNeverSeen));
    }

    [Fact]
    public void A_destination_that_was_down_gets_the_word_late_and_then_its_end()
    {
        var story = Expected();
        story.After(Hour).Tick();
        story.Answered(DeliveryOutcome.Failed, NotificationEvent.DeviceNeverSeen);
        var id = story.State.Outage!.Id;
        story.After(Minutes(1)).Timed(true);
        story.After(Minutes(1)).Tick();
        story.Sent.ShouldBe(["device.never_seen to mail"]);
        story.Sends[0].Notification.RecoveredAt.ShouldNotBeNull();
        story.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceNeverSeen, outage: id);
        story.Sent.ShouldBe(["device.recovered to mail"]);
    }
}
