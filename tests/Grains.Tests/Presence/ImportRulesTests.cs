using CsCheck;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Tests.Presence;

/// <summary>Somebody names a thing, and the verifier says what it knows of it.</summary>
public sealed class ImportRulesTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private static Story Verifiable()
    {
        var story = new Story();
        story.Context = story.Context with { Verifiable = [EventSource.Queue] };
        return story;
    }

    private static VerifierAnswer Says(VerifierVerdict verdict, DateTimeOffset? changedAt = null, long? number = 7) =>
        new(verdict, changedAt, number);

    [Fact]
    public void A_connected_thing_is_connected_since_the_shadow_says_so_and_nobody_is_told()
    {
        var story = Verifiable();
        var since = story.Now - Day;
        story.Imported(Says(VerifierVerdict.Connected, since)).ShouldBe(PresenceReason.ImportedConnected);
        (story.Status, story.State.Since).ShouldBe((PresenceStatus.Connected, since));
        story.NextLook.ShouldBeNull();
        story.Sent.ShouldBeEmpty();
    }

    /// <summary>Nobody watched it until now: it is told once, with its true time, and not before a whole grace has passed.</summary>
    [Fact]
    public void A_thing_that_is_long_gone_is_verified_after_a_grace_from_now_and_told_with_its_true_time()
    {
        var story = Verifiable();
        var gone = story.Now - (40 * Day);
        story.Imported(Says(VerifierVerdict.Disconnected, gone)).ShouldBe(PresenceReason.ImportedDisconnected);
        (story.Status, story.State.Since).ShouldBe((PresenceStatus.Grace, gone));
        story.NextLook.ShouldBe(story.Now + story.Rules.Policy.Grace);

        story.After(story.Rules.Policy.Grace).Tick();
        story.AsksVerifier.ShouldBeTrue();
        story.Verified(VerifierVerdict.Disconnected, gone, 7).ShouldBe(PresenceReason.ToldConfirmed);
        var told = story.Sends.ShouldHaveSingleItem().Notification;
        (told.Event, told.Since).ShouldBe((NotificationEvent.DeviceOffline, gone));
    }

    /// <summary>AWS forgets after a while when a connection ended.</summary>
    [Fact]
    public void If_the_verifier_has_forgotten_since_when_it_is_away_it_was_clearly_before_the_import()
    {
        var story = Verifiable();
        story.Imported(Says(VerifierVerdict.Disconnected, null, null)).ShouldBe(PresenceReason.ImportedDisconnected);
        (story.Status, story.State.Since).ShouldBe((PresenceStatus.Grace, story.Now - Minutes(2)));

        // It connected while the answer was on its way. Shadows are stamped in whole seconds.
        story.Shadow(true, 8, story.Now - Seconds(1)).ShouldBe(PresenceReason.CameBackInGrace);
    }

    [Fact]
    public void Its_return_that_was_in_the_queue_ends_the_grace_in_silence()
    {
        var story = Verifiable();
        story.Imported(Says(VerifierVerdict.Disconnected, story.Now - Day));
        story.After(Minutes(1)).Shadow(true, 8).ShouldBe(PresenceReason.CameBackInGrace);
        story.Sent.ShouldBeEmpty();
    }

    [Fact]
    public void A_grace_of_an_import_follows_the_policy()
    {
        var story = Verifiable();
        story.Imported(Says(VerifierVerdict.Disconnected, story.Now - Day));
        var imported = story.Now;
        story.After(Minutes(1)).Set(new() { Grace = Minutes(60) });
        story.NextLook.ShouldBe(imported + Minutes(60));
    }

    /// <summary>By version, where the shadow sends events; by time, where the verifier has no numbers.</summary>
    [Theory]
    [InlineData(7)]
    [InlineData(null)]
    public void An_event_from_before_what_the_verifier_said_changes_nothing_and_one_from_after_it_does(int? number)
    {
        var story = Verifiable();
        var since = story.Now - Minutes(60);
        story.Imported(Says(VerifierVerdict.Connected, since, number));
        if (number is null) story.After(Minutes(1)).Timed(false, since - Minutes(5)).ShouldBe(PresenceReason.OverruledByOtherKind);
        else story.After(Minutes(1)).Shadow(false, 6, since - Minutes(5)).ShouldBe(PresenceReason.OlderEvent);
        story.Lifecycle(false, 3, stampedEarlier: Minutes(70)).ShouldBe(PresenceReason.OverruledByOtherKind);
        story.Status.ShouldBe(PresenceStatus.Connected);
        story.Lifecycle(false, 4).ShouldBe(PresenceReason.GraceStarted);
    }

    [Theory]
    [InlineData(VerifierVerdict.DoesNotKnow)]
    [InlineData(VerifierVerdict.Failed)]
    public void Without_an_answer_it_is_unknown_stored_and_left_alone(VerifierVerdict verdict)
    {
        var story = Verifiable();
        story.Imported(Says(verdict)).ShouldBe(PresenceReason.ImportedUnknown);
        story.Last.Persist.ShouldBeTrue();
        story.Status.ShouldBe(PresenceStatus.Unknown);
        story.NextLook.ShouldBeNull();
        RemovalRules.IsForgotten(story.State).ShouldBeFalse();
        story.After(Minutes(1)).Timed(true).ShouldBe(PresenceReason.FirstConnected);
        story.State.ExpectedSince.ShouldBeNull();
    }

    [Fact]
    public void Twice_is_once()
    {
        var story = Verifiable();
        story.Imported(Says(VerifierVerdict.DoesNotKnow));
        var first = story.State;
        story.After(Minutes(1)).Imported(Says(VerifierVerdict.DoesNotKnow)).ShouldBe(PresenceReason.ImportKnown);
        story.State.ShouldBeSameAs(first);
        story.After(Minutes(1)).Imported(Says(VerifierVerdict.Disconnected, story.Now - Day)).ShouldBe(PresenceReason.ImportedDisconnected);
        var outage = story.State.Outage!;
        story.After(Minutes(1)).Imported(Says(VerifierVerdict.Connected, story.Now)).ShouldBe(PresenceReason.ImportKnown);
        story.State.Outage.ShouldBe(outage);
    }

    [Fact]
    public void A_thing_that_was_removed_and_is_imported_again_gets_an_outage_of_its_own()
    {
        var story = Verifiable();
        var gone = story.Now - Day;
        story.Imported(Says(VerifierVerdict.Disconnected, gone));
        var first = story.State.Outage!.Id;
        story.Do(new PresenceInput.Forgotten());
        story.After(Minutes(1)).Imported(Says(VerifierVerdict.Disconnected, gone));
        story.State.Outage!.Id.ShouldNotBe(first);
    }

    [Fact]
    public void The_embedded_broker_is_not_asked_about_names_that_never_connected_to_it()
    {
        var story = new Story();
        ImportRules.Witness(story.Rules).ShouldBeNull();
        ImportRules.Witness(story.Rules with { Verifiable = [EventSource.Broker] }).ShouldBeNull();
        ImportRules.Witness(story.Rules with { Verifiable = [EventSource.Broker, EventSource.Queue] }).ShouldBe(EventSource.Queue);
    }

    /// <summary>Events are the truth, whatever has happened and whatever the verifier says.</summary>
    [Fact]
    public void A_thing_that_any_event_has_told_of_is_never_changed()
    {
        Gen.Select(Gen.Int[0, 4].Array[1, 8], Gen.Int[1, 2000].Array[8], Gen.Enum<VerifierVerdict>(), Gen.Int[-5000, 5000], Gen.Int[0, 20])
            .Sample((kinds, gaps, verdict, changed, number) =>
            {
                var story = Verifiable();
                foreach (var (index, kind) in kinds.Index()) Happen(story.After(TimeSpan.FromSeconds(gaps[index])), kind, index);
                var before = story.State;
                var sure = verdict is VerifierVerdict.Connected or VerifierVerdict.Disconnected;
                var reason = story.After(TimeSpan.FromSeconds(1))
                    .Imported(Says(verdict, sure ? story.Now.AddSeconds(changed) : null, number == 0 ? null : number));
                if (!ImportRules.IsUnseen(before))
                {
                    reason.ShouldBeOneOf(PresenceReason.ImportKnown, PresenceReason.HoldHeld, PresenceReason.FlappingEnded);
                    (story.State.Connected, story.State.Since, story.State.Marks, story.State.Clients)
                        .ShouldBe((before.Connected, before.Since, before.Marks, before.Clients));
                    story.Sends.Where(send => send.Notification.Event == NotificationEvent.DeviceOffline).ShouldBeEmpty();
                }
                else reason.ShouldNotBe(PresenceReason.ImportKnown);
            }, iter: 5000);
    }

    private static void Happen(Story story, int kind, int index)
    {
        var connected = index % 2 == 0;
        if (kind == 0) story.Shadow(connected, index + 1, unchanged: index % 3 == 0);
        else if (kind == 1) story.Lifecycle(connected, index / 2, $"session {index / 2}");
        else if (kind == 2) story.Timed(connected);
        else if (kind == 3) story.Broker(connected, index / 2);
        else story.Tick();
    }
}
