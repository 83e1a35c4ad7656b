using CsCheck;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Tests.Presence;

/// <summary>A "disconnected" that got lost, and everything that only looks like one.</summary>
public sealed class AuditRulesTests
{
    private static readonly EventSource[] Queue = [EventSource.Queue];

    private static Story Watched()
    {
        var story = new Story();
        story.Context = story.Context with { Verifiable = Queue };
        return story;
    }

    [Fact]
    public void A_missed_disconnect_starts_a_grace_is_verified_and_then_told_with_its_true_time()
    {
        var story = Watched();
        story.Shadow(true, 10);
        var dropped = story.After(Minutes(60)).Now;
        story.After(Minutes(60 * 24)).Audited(VerifierVerdict.Disconnected, dropped, 57).ShouldBe(PresenceReason.DisconnectFoundByAudit);
        (story.Status, story.Last.Persist, story.Last.Effects.Count).ShouldBe((PresenceStatus.Grace, true, 0));
        story.State.Outage!.Since.ShouldBe(dropped);
        story.NextLook.ShouldBe(story.Now + story.Rules.Policy.SettleTime);
        story.State.Ring[^1].ShouldBe(new(dropped.ToUnixTimeSeconds(), PresenceReason.DisconnectFoundByAudit));

        story.After(story.Rules.Policy.SettleTime).Tick();
        story.AsksVerifier.ShouldBeTrue();
        story.Verified(VerifierVerdict.Disconnected, dropped, 57).ShouldBe(PresenceReason.ToldConfirmed);
        story.Sends.Single().Notification.Since.ShouldBe(dropped);
    }

    [Fact]
    public void A_recent_one_has_the_rest_of_its_grace()
    {
        var story = Watched();
        story.Shadow(true, 10);
        var dropped = story.After(Minutes(60)).Now;
        story.After(Minutes(2)).Audited(VerifierVerdict.Disconnected, dropped, 11).ShouldBe(PresenceReason.DisconnectFoundByAudit);
        story.NextLook.ShouldBe(dropped + story.Rules.Policy.Grace);
        story.After(Minutes(1)).Shadow(true, 12).ShouldBe(PresenceReason.CameBackInGrace);
        story.State.Suppressed.ShouldBe(1);
    }

    [Fact]
    public void What_the_queue_may_be_hiding_is_not_younger_for_an_audit()
    {
        var story = Watched();
        story.Shadow(true, 10);
        story.After(Minutes(60)).Audited(VerifierVerdict.Disconnected, story.Now, 11).ShouldBe(PresenceReason.DisconnectFoundByAudit);
        story.State.Memory.HeardAt.ShouldBeNull("that is when a drop was heard of, and none was");
    }

    [Fact]
    public void Its_event_is_a_duplicate_should_it_come_at_last()
    {
        var story = Watched();
        story.Shadow(true, 10);
        var dropped = story.After(Minutes(60)).Now;
        story.After(Minutes(1)).Audited(VerifierVerdict.Disconnected, dropped, 11);
        story.After(Minutes(1)).Shadow(false, 11, dropped).ShouldBe(PresenceReason.Duplicate);
    }

    [Fact]
    public void A_shadow_that_nobody_has_maintained_since_the_connect_changes_nothing()
    {
        var story = Watched();
        var old = story.Now;
        story.After(Minutes(60)).Lifecycle(true, 3);
        var before = story.State;
        story.After(Minutes(60 * 24)).Audited(VerifierVerdict.Disconnected, old, 400).ShouldBe(PresenceReason.AuditStale);
        story.State.ShouldBeSameAs(before);
        story.Last.Persist.ShouldBeFalse();
    }

    [Fact]
    public void A_shadow_whose_own_last_word_was_the_false_before_the_connect_changes_nothing_though_its_version_grows()
    {
        var story = Watched();
        story.Shadow(true, 10);
        var dropped = story.After(Minutes(10)).Now;
        story.Shadow(false, 11);
        story.After(Minutes(4)).Lifecycle(true, 3).ShouldBe(PresenceReason.CameBackInGrace);
        story.After(Minutes(60)).Audited(VerifierVerdict.Disconnected, dropped, 99).ShouldBe(PresenceReason.AuditStale);
    }

    [Theory]
    [InlineData(-1, PresenceReason.AuditStale)]
    [InlineData(1, PresenceReason.AuditStale)]
    [InlineData(119, PresenceReason.AuditStale)]
    [InlineData(120, PresenceReason.AuditStale)]
    [InlineData(121, PresenceReason.DisconnectFoundByAudit)]
    public void Between_kinds_it_must_be_later_than_the_connect_by_more_than_two_minutes(int secondsAfter, PresenceReason reason)
    {
        var story = Watched();
        story.Lifecycle(true, 3);
        var connected = story.Now;
        story.After(Minutes(60)).Audited(VerifierVerdict.Disconnected, connected.AddSeconds(secondsAfter), 7).ShouldBe(reason);
    }

    [Fact]
    public void Of_two_sources_that_told_of_the_connect_the_later_counts()
    {
        var story = Watched();
        story.Shadow(true, 10);
        var dropped = story.After(Minutes(1)).Now;
        story.After(Minutes(4)).Lifecycle(true, 8);
        story.After(Minutes(60)).Audited(VerifierVerdict.Disconnected, dropped, 11).ShouldBe(PresenceReason.AuditStale);
    }

    [Theory]
    [InlineData(VerifierVerdict.Connected, PresenceReason.AuditConfirmed)]
    [InlineData(VerifierVerdict.DoesNotKnow, PresenceReason.AuditUnanswered)]
    [InlineData(VerifierVerdict.Failed, PresenceReason.AuditUnanswered)]
    public void Any_other_answer_changes_nothing(VerifierVerdict verdict, PresenceReason reason)
    {
        var story = Watched();
        story.Shadow(true, 10);
        var before = story.State;
        story.After(Minutes(60)).Audited(verdict, story.Now, 57).ShouldBe(reason);
        story.State.ShouldBeSameAs(before);
    }

    [Fact]
    public void An_answer_that_comes_when_it_is_away_or_coming_back_changes_nothing()
    {
        var story = Watched();
        story.Told();
        story.After(Minutes(1)).Audited(VerifierVerdict.Disconnected, story.Now, 57).ShouldBe(PresenceReason.AuditOvertaken);
        story.Timed(true);
        story.Audited(VerifierVerdict.Disconnected, story.Now, 57).ShouldBe(PresenceReason.AuditOvertaken);
        story.Status.ShouldBe(PresenceStatus.Recovering);
    }

    [Fact]
    public void Whoever_is_not_taken_for_connected_or_is_the_brokers_is_not_asked_about()
    {
        var story = Watched();
        story.Context = story.Context with { Verifiable = [EventSource.Queue, EventSource.Broker] };
        AuditRules.Witness(story.State, story.Rules).ShouldBeNull();
        story.Shadow(true, 10);
        AuditRules.Witness(story.State, story.Rules).ShouldBe(EventSource.Queue);
        AuditRules.Witness(story.State, story.Rules with { Verifiable = [] }).ShouldBeNull();
        story.After(Minutes(1)).Shadow(false, 11);
        AuditRules.Witness(story.State, story.Rules).ShouldBeNull();
        story.After(Minutes(1)).Broker(true, 1);
        AuditRules.Witness(story.State, story.Rules).ShouldBeNull();
    }

    [Theory]
    [InlineData(60, PresenceReason.DisconnectFoundByAudit)]
    [InlineData(2, PresenceReason.AuditStale)]
    public void The_end_of_its_connection_is_found_like_that_of_any_other_kind(int minutesAfter, PresenceReason reason)
    {
        var story = Watched();
        story.Lifecycle(true, 3);
        var ended = story.Now + Minutes(minutesAfter);
        story.After(Minutes(70));
        Audited(story, new("rpi-1", VerifierVerdict.Disconnected, ended)).ShouldBe(reason);
        if (reason == PresenceReason.AuditStale) return;

        story.State.Outage!.Since.ShouldBe(ended);
        story.After(Minutes(1)).Lifecycle(true, 4).ShouldBe(PresenceReason.CameBackInGrace);
    }

    [Fact]
    public void An_end_that_AWS_does_not_remember_the_time_of_is_dated_clearly_before_it_was_found()
    {
        var story = Watched();
        story.Lifecycle(true, 3);
        story.After(Minutes(70));
        Audited(story, new ClientAnswer("rpi-1", VerifierVerdict.Disconnected)).ShouldBe(PresenceReason.DisconnectFoundByAudit);
        story.State.Outage!.Since.ShouldBe(story.Now - Minutes(2));
    }

    /// <summary>The oracle knows when the thing connected and when its shadow was last written, and nothing of marks.</summary>
    [Fact]
    public void Whatever_has_happened_only_a_word_from_after_the_connect_counts()
    {
        var (found, stale) = (0, 0);
        Gen.Select(Gen.Int[0, 3], Gen.Int[10, 5000].Array[1, 6], Gen.Int[-1000, 1000], Gen.Int[0, 12], Gen.Int[0, 10_000])
            .Sample((kind, gaps, after, version, later) =>
        {
            if (IsFound(kind, gaps, after, version, later) is not { } younger) return;
            if (younger) Interlocked.Increment(ref found);
            else Interlocked.Increment(ref stale);
        }, iter: 5000);
        Math.Min(found, stale).ShouldBeGreaterThan(300, "else these stories say little");
    }

    private static PresenceReason Audited(Story story, ClientAnswer client) =>
        story.Do(new PresenceInput.Audited(VerifierAnswer.OfClients([client], story.Now)));

    private static bool? IsFound(int kind, int[] gaps, int after, int version, int later)
    {
        var story = Watched();
        var connected = false;
        var number = 0;
        foreach (var gap in gaps)
        {
            connected = !connected;
            number++;
            story.After(TimeSpan.FromSeconds(gap));
            if (kind == 0) story.Shadow(connected, number);
            else if (kind == 1) story.Lifecycle(connected, (number - 1) / 2, $"session {(number - 1) / 2}");
            else if (kind == 2) story.Lifecycle(connected, null);
            else story.Timed(connected);
        }

        if (story.Status != PresenceStatus.Connected) return null;
        var (since, before) = (story.Now, story.State);
        story.After(TimeSpan.FromSeconds(later));
        var changedAt = since.AddSeconds(after) < story.Now ? since.AddSeconds(after) : story.Now;
        var reason = story.Audited(VerifierVerdict.Disconnected, changedAt, version);
        var younger = kind == 0
            ? changedAt >= since && (version > number || changedAt > since + EventOrder.ShadowSlack)
            : changedAt > since + EventTime.LifecycleAccuracy;
        reason.ShouldBe(younger ? PresenceReason.DisconnectFoundByAudit : PresenceReason.AuditStale);
        story.Sent.ShouldBeEmpty();
        if (!younger) story.State.ShouldBeSameAs(before);
        else (story.NextLook >= story.Now + story.Rules.Policy.SettleTime).ShouldBeTrue();
        return younger;
    }
}
