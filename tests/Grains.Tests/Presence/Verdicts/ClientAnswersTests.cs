using CsCheck;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Tests.Presence.Verdicts;

/// <summary>What AWS says about the connections of a thing's clients, and what it is worth about an outage.</summary>
public sealed class ClientAnswersTests
{
    private static readonly EventSource[] Queue = [EventSource.Queue];

    [Fact]
    public void A_connection_from_after_the_drop_heals_and_no_order_mark_moves()
    {
        var story = Dropped();
        var back = story.Now + Minutes(3);
        Ask(story);
        var before = story.State;
        story.Connections(Connected(back)).ShouldBe(PresenceReason.HealedByVerifier);
        (story.Status, story.State.Since, story.State.Suppressed).ShouldBe((PresenceStatus.Connected, back, 1));
        (story.State.Marks, story.State.Clients).ShouldBe((before.Marks, before.Clients));
        story.Sent.ShouldBeEmpty();
        story.After(Minutes(1)).Lifecycle(true, 2, "b").ShouldBe(PresenceReason.Unchanged);
        story.After(Minutes(1)).Lifecycle(false, 2, "b").ShouldBe(PresenceReason.GraceStarted);
    }

    [Theory]
    [InlineData(-119, PresenceReason.HealedByVerifier)]
    [InlineData(-120, PresenceReason.ToldUnanswered)]
    [InlineData(-3600, PresenceReason.ToldUnanswered)]
    public void One_from_before_the_drop_counts_as_long_as_the_stamp_of_the_drop_may_be_wrong(int seconds, PresenceReason reason)
    {
        var story = Dropped();
        var drop = story.Now;
        Ask(story);
        story.Connections(Connected(drop.AddSeconds(seconds))).ShouldBe(reason);
    }

    [Fact]
    public void One_that_does_not_count_does_not_hide_that_another_client_could_not_be_asked_about()
    {
        var story = Dropped();
        var drop = story.Now;
        Ask(story);
        var unknown = new ClientAnswer("other", VerifierVerdict.Failed);
        story.Connections(Connected(drop - Minutes(60)), unknown).ShouldBe(PresenceReason.VerifierFailed);
        story.After(Minutes(1)).Connections(Connected(drop - Minutes(60)), unknown).ShouldBe(PresenceReason.ToldUnanswered);
    }

    [Fact]
    public void Three_that_do_not_count_in_a_row_are_one_warning()
    {
        var story = Dropped();
        var old = story.Now - Minutes(10);
        Ask(story);
        var warnings = 0;
        for (var look = 0; look < 6; look++)
        {
            story.Connections(Connected(old));
            warnings += story.Last.Effects.OfType<PresenceEffect.WarnVerifierStale>().Count();
            story.After(Minutes(10)).Tick();
        }

        warnings.ShouldBe(1);
    }

    [Fact]
    public void A_disconnected_client_confirms_and_says_when_it_was_last_heard()
    {
        var story = Dropped();
        var heard = new LastHeard(story.Now - Minutes(6), story.Now);
        Ask(story);
        story.Connections(Disconnected(heard.NotAfter) with { LastHeard = heard }).ShouldBe(PresenceReason.ToldConfirmed);
        story.Crash().State.Outage!.LastHeard.ShouldBe(heard);
        story.Sends.Single().Notification.LastHeard.ShouldBe(heard);
        story.Tick();
        story.Sends.Single().Notification.LastHeard.ShouldBe(heard, "a repeat says the same");
    }

    [Fact]
    public void When_it_drops_again_what_was_known_of_the_first_drop_is_not_said_of_the_second()
    {
        var story = Dropped();
        Ask(story);
        story.Connections(Disconnected(story.State.Since!.Value) with { LastHeard = new(story.Now, story.Now) });
        story.Answered(DeliveryOutcome.Accepted);
        story.After(Minutes(1)).Lifecycle(true, 2, "b");
        story.After(Seconds(10)).Lifecycle(false, 2, "b").ShouldBe(PresenceReason.DroppedInHold);
        story.State.Outage!.LastHeard.ShouldBeNull();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(240)]
    public void A_later_drop_than_ours_has_a_grace_of_its_own_once(int seconds)
    {
        var story = Dropped();
        var later = story.Now + Seconds(seconds);
        Ask(story);
        story.Connections(Disconnected(later)).ShouldBe(PresenceReason.VerifierKnowsNewerDisconnect);
        (story.State.Since, story.State.Outage!.GraceEndsAt).ShouldBe((later, later + Minutes(5)));
        Ask(story);
        story.Connections(Disconnected(story.Now - Minutes(1))).ShouldBe(PresenceReason.ToldConfirmed);
    }

    [Fact]
    public void A_client_whose_connect_was_lost_before_the_drop_of_the_last_one_keeps_the_thing_connected()
    {
        var story = Verifiable();
        story.Lifecycle(true, 1, "a");
        story.Lifecycle(true, 5, "x", client: "jobs");
        story.After(Minutes(10)).Lifecycle(false, 5, "x", client: "jobs").ShouldBe(PresenceReason.AnotherClientConnected);
        var back = story.Now + Minutes(10);
        story.After(Minutes(60)).Lifecycle(false, 1, "a").ShouldBe(PresenceReason.GraceStarted);
        var drop = story.Now;
        Ask(story);
        story.Connections(Disconnected(drop), Connected(back, "jobs")).ShouldBe(PresenceReason.HealedByVerifier);
        story.State.Since.ShouldBe(drop, "as far as anybody knows, it was away from then to then");
    }

    [Theory]
    [InlineData(VerifierVerdict.DoesNotKnow, PresenceReason.ToldUnanswered)]
    [InlineData(VerifierVerdict.Failed, PresenceReason.VerifierFailed)]
    public void One_client_without_an_answer_leaves_it_open(VerifierVerdict verdict, PresenceReason reason)
    {
        var story = Dropped();
        Ask(story);
        story.Connections(Disconnected(story.State.Since!.Value), new("jobs", verdict)).ShouldBe(reason);
    }

    [Fact]
    public void Whoever_says_by_hand_that_it_is_away_is_not_contradicted_by_an_older_connection()
    {
        var story = Verifiable();
        story.Lifecycle(true, 1, "a");
        var connected = story.Now;
        story.After(Minutes(60)).Says(false).ShouldBe(PresenceReason.GraceStarted);
        story.Context = story.Context with { Verifiable = [EventSource.Http] };
        Ask(story);
        story.Connections(Connected(connected)).ShouldBe(PresenceReason.ToldUnanswered);
    }

    [Fact]
    public void A_told_outage_ends_when_a_later_look_finds_a_connection()
    {
        var story = Dropped();
        Ask(story);
        story.Connections(Disconnected(story.State.Since!.Value));
        story.Answered(DeliveryOutcome.Accepted);
        story.After(Minutes(10)).Tick().ShouldBe(PresenceReason.AskedVerifier);
        story.Connections(Connected(story.Now - Minutes(2))).ShouldBe(PresenceReason.HealedByVerifier);
        story.Status.ShouldBe(PresenceStatus.Recovering);
    }

    [Fact]
    public void While_the_queue_is_behind_only_a_thing_without_other_clients_is_told_at_once()
    {
        var alone = Dropped();
        Ask(alone);
        Behind(alone);
        alone.Connections(Disconnected(alone.State.Since!.Value)).ShouldBe(PresenceReason.ToldConfirmed);

        var story = Verifiable();
        story.Lifecycle(true, 0, "x", client: "uuid-1");
        story.After(Minutes(1)).Lifecycle(false, 0, "x", client: "uuid-1");
        Ask(story);
        Behind(story);
        var confirmed = Disconnected(story.State.Since!.Value, "uuid-1");
        story.Connections(confirmed).ShouldBe(PresenceReason.HeldBacklog, "uuid-2 may be in the queue");
        story.After(story.NextLook!.Value - story.Now).Tick().ShouldBe(PresenceReason.AskedVerifier);
        story.Context = story.Context with { Blind = IngestProgress.None };
        story.Connections(confirmed).ShouldBe(PresenceReason.ToldConfirmed);
    }

    [Fact]
    public void A_question_names_the_clients_that_are_known()
    {
        var story = Verifiable();
        story.Shadow(true, 1);
        story.After(Minutes(1)).Shadow(false, 2);
        Asked(story).ShouldBeEmpty("the shadow speaks for the thing");

        story = Dropped();
        Asked(story).ShouldBe(["rpi-1"]);

        story = Verifiable();
        var longId = new string('x', ClientOrder.IdBytes);
        story.Lifecycle(true, 0, "a", client: "影/1");
        story.Lifecycle(true, 0, "b", client: longId);
        story.After(Minutes(1)).Lifecycle(false, 0, "a", client: "影/1");
        story.Lifecycle(false, 0, "b", client: longId);
        Asked(story).ShouldBe(["影/1", null]);
    }

    [Fact]
    public void A_state_of_before_clients_were_known_asks_by_the_things_name()
    {
        var mark = new OrderMark { Number = 7, Session = "a", Stamp = Story.Start, At = Story.Start };
        var state = new DeviceState { Marks = new Dictionary<string, OrderMark> { [OrderMark.LifecycleKey] = mark } };

        ClientOrder.IdsOf(state, "rpi-1").ShouldBe(["rpi-1"]);
    }

    [Fact]
    public void Of_an_expected_or_imported_thing_nothing_is_known_but_its_name()
    {
        ClientOrder.IdsOf(new() { ExpectedSince = Story.Start }, "rpi-1").ShouldBeNull();
        ClientOrder.IdsOf(Marked(OrderMark.ImportKey), "rpi-1").ShouldBeNull();
        ClientOrder.IdsOf(Marked(OrderMark.ShadowKeyOf(null)), "rpi-1").ShouldBeEmpty("the events come from its shadow");

        static DeviceState Marked(string key) =>
            new() { Marks = new Dictionary<string, OrderMark> { [key] = new() { Stamp = Story.Start, At = Story.Start } } };
    }

    /// <summary>
    /// The drop is known by its event alone, with a stamp that is off as AWS says it may be, late by any time. The connect got lost.
    /// </summary>
    [Fact]
    public void Whatever_the_event_of_the_drop_looks_like_the_truth_at_the_deadline_decides()
    {
        var (healed, told) = (0, 0);
        Gen.Select(Gen.Int[1, 900], Gen.Int[1, 900], Gen.Int[0, 400], Gen.Int[0, 60], Gen.Int[-119, 119])
            .Sample((up, away, emitted, queued, off) =>
        {
            var story = Verifiable();
            story.Lifecycle(true, 1, "a");
            var ended = story.Now.AddSeconds(up);
            DropOf(story, "a", 1, ended, emitted, queued, off);
            Ask(story);

            var back = ended.AddSeconds(away);
            if (back <= story.Now)
            {
                story.Connections(Connected(back)).ShouldBe(PresenceReason.HealedByVerifier);
                Interlocked.Increment(ref healed);
            }
            else
            {
                story.Connections(Disconnected(ended)).ShouldBe(PresenceReason.ToldConfirmed);
                Interlocked.Increment(ref told);
            }
        }, iter: 5000);
        Math.Min(healed, told).ShouldBeGreaterThan(500, "else these stories say little");
    }

    /// <summary>While AWS is asked about a thing that is offline, the thing goes again, and we hear of that first.</summary>
    [Fact]
    public void An_answer_that_was_overtaken_by_the_end_of_its_connection_ends_nothing() =>
        Gen.Select(Gen.Int[1, 300], Gen.Int[1, 300], Gen.Int[1, 20], Gen.Int[0, 400], Gen.Int[-119, 119])
            .Sample((away, up, before, emitted, off) =>
        {
            var story = Dropped();
            Ask(story);
            story.Connections(Disconnected(story.State.Since!.Value)).ShouldBe(PresenceReason.ToldConfirmed);
            story.Answered(DeliveryOutcome.Accepted);

            var back = story.Now.AddSeconds(away);
            var ended = back.AddSeconds(up);
            DropOf(story, "b", 2, ended, emitted, 0, off);
            story.Connections(ended.AddSeconds(-Math.Min(before, up * 0.9)), Connected(back)).ShouldBe(PresenceReason.VerifierStale);
            story.Status.ShouldBe(PresenceStatus.Offline);
        }, iter: 5000);

    private static Story Verifiable()
    {
        var story = new Story();
        story.Context = story.Context with { Verifiable = Queue };
        return story;
    }

    /// <summary>Connected for an hour, then gone.</summary>
    private static Story Dropped()
    {
        var story = Verifiable();
        story.Lifecycle(true, 1, "a");
        story.After(Minutes(60)).Lifecycle(false, 1, "a").ShouldBe(PresenceReason.GraceStarted);
        return story;
    }

    /// <param name="ended">When the session truly ended.</param>
    private static void DropOf(Story story, string session, long number, DateTimeOffset ended, int emitted, int queued, int off)
    {
        story.After(ended - story.Now).After(Seconds(emitted + queued));
        story.Lifecycle(false, number, session, stampedEarlier: Seconds(emitted - off), sentEarlier: Seconds(queued));
    }

    private static IReadOnlyList<string?> Asked(Story story)
    {
        Ask(story);
        return story.Last.Effects.OfType<PresenceEffect.AskVerifier>().Single().Clients!;
    }

    /// <summary>Until its deadline.</summary>
    private static void Ask(Story story)
    {
        while (!story.AsksVerifier) story.After(story.NextLook!.Value - story.Now).Tick();
    }

    private static void Behind(Story story) =>
        story.Context = story.Context with { Blind = new(Queue: new Watermark(story.Now - Minutes(10))) };

    private static ClientAnswer Connected(DateTimeOffset since, string client = "rpi-1") => new(client, VerifierVerdict.Connected, since);

    private static ClientAnswer Disconnected(DateTimeOffset since, string client = "rpi-1") =>
        new(client, VerifierVerdict.Disconnected, since);
}
