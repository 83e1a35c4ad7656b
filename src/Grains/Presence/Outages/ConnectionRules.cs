using static IoTOrleans.Grains.Presence.PresenceDecision;

namespace IoTOrleans.Grains.Presence;

/// <summary>What a connection change does: it begins a grace, ends one, or changes nothing.</summary>
internal static class ConnectionRules
{
    public static PresenceDecision Apply(DeviceState state, ConnectionChange change, RuleContext context, DateTimeOffset now)
    {
        // A shadow document without a change says nothing about an unknown thing. If the thing is known, it may be the trace
        // of a lost event. If it is expected, "connected" is what it is expected for.
        if (change.SaysUnchanged && state.Connected is null && !(change.Connected && state.ExpectedSince is not null))
            return Nothing(state, PresenceReason.Unchanged);

        var verdict = EventOrder.Judge(state, change, now);
        if (verdict.Why == PresenceReason.OlderEvent && LateSecondDrop(state, change, verdict) is { } first)
            return Restart(state, first, change, verdict, context, now);
        if (verdict.Why is not PresenceReason.None and not PresenceReason.OverruledByOtherKind) return Nothing(state, verdict.Why);

        var marked = verdict.Marked with { Memory = state.Memory with { MarkMoved = true } };
        if (verdict.Why != PresenceReason.None) return Mark(marked, verdict);

        marked = marked with { LastEventAt = verdict.At, Attributes = change.Attributes ?? state.Attributes };
        if (state.ExpectedSince is not null) marked = ExpectationRules.Seen(marked, verdict.At, context, now);
        if (verdict.AnotherIsConnected) return Mark(marked, verdict with { Why = PresenceReason.AnotherClientConnected });
        if (state.Connected != verdict.Connected) marked = marked with { Source = change.Source };
        var decision = Decide(state, marked, change, verdict, context, now);
        if (change.FromElsewhere)
        {
            // It decides nothing. Two devices that fight over a name must not push everything else out of the history.
            var noted = History.AddOnce(decision.State, PresenceReason.TakenOverFromElsewhere, verdict.At);
            decision = decision with { State = noted, Persist = true };
        }

        return verdict.Forgotten is not { } client ? decision
            : decision with { Effects = [.. decision.Effects, new PresenceEffect.WarnClientForgotten(client)] };
    }

    private static PresenceDecision Decide(
        DeviceState state, DeviceState marked, ConnectionChange change, OrderVerdict verdict, RuleContext context, DateTimeOffset now) =>
        (state.Connected, verdict.Connected) switch
        {
            (true, true) => StillConnected(state, marked, verdict, context, now),
            (_, true) => Back(marked, change, verdict, context, now),
            (false, false) => StillAway(state, marked, change, verdict, context, now),
            (_, false) => Dropped(marked, change, verdict, context, now),
        };

    /// <summary>
    /// The broker lost all connections when it stopped. A thing that was connected or in grace gets a whole grace from the start of the
    /// broker. An outage that only the broker caused does not count.
    /// </summary>
    public static PresenceDecision BrokerStarted(DeviceState state, BrokerStart start, RuleContext context, DateTimeOffset now)
    {
        if (!MissedStart(state, start)) return Nothing(state, PresenceReason.Unchanged);

        var at = ToMilliseconds(start.At);
        var mark = state.Marks[OrderMark.BrokerKey] with
        {
            BrokerStart = start.Number, Number = 0, Connected = false, Ended = true, Stamp = at, At = at,
        };
        var marked = state.WithMark(OrderMark.BrokerKey, mark) with { Memory = state.Memory.NotAsking() };
        var until = at + context.Policy.Grace + context.Policy.SettleTime;
        var given = marked.Outage switch
        {
            null => marked with
            {
                Connected = false,
                Since = at,
                RecoversAt = null,
                Outage = NewOutage(context, at, now) with { GraceEndsAt = until, Ours = true },
            },
            { Phase: OutagePhase.Recovering } back => marked with { Connected = false, Since = at, Outage = back.DroppedInHold() },
            { Phase: OutagePhase.Grace } grace => marked with { Outage = Prolong(grace.WithGraceOf(context), until) },
            _ => marked,
        };

        // For an offline thing nothing has changed.
        return ReferenceEquals(given, marked)
            ? new(marked, Persist: true, [], PresenceReason.Unchanged)
            : Store(given, PresenceReason.WatcherRestarted, at);
    }

    /// <summary>The last event of the thing came from an earlier start of the broker.</summary>
    public static bool MissedStart(DeviceState state, BrokerStart start) =>
        state.Source == EventSource.Broker
        && state.Marks.TryGetValue(OrderMark.BrokerKey, out var mark) && mark.BrokerStart < start.Number;

    private static PresenceDecision StillConnected(
        DeviceState before, DeviceState marked, OrderVerdict verdict, RuleContext context, DateTimeOffset now)
    {
        if (marked.Outage is { BackAt: { } backAt } outage && verdict.NewSession && verdict.At > backAt)
        {
            // A newer session during the recovery hold: there was another disconnect in between, and the hold begins again.
            var (again, _) = Recovery.CameBack(marked with { Outage = outage.DroppedInHold() }, verdict.At, context, now);
            return Store(again, PresenceReason.DroppedInHold, verdict.At);
        }

        return Unchanged(before, marked, verdict);
    }

    private static PresenceDecision Back(
        DeviceState marked, ConnectionChange change, OrderVerdict verdict, RuleContext context, DateTimeOffset now)
    {
        var (back, reason) = Recovery.CameBack(marked, verdict.At, context, now);
        if (!change.Connected) reason = PresenceReason.TakenOverByNewSession;
        return Store(back, reason, verdict.At).Sending();
    }

    private static PresenceDecision StillAway(
        DeviceState before, DeviceState marked, ConnectionChange change, OrderVerdict verdict, RuleContext context, DateTimeOffset now)
    {
        if (marked.Outage is { Phase: OutagePhase.Grace } grace
            && (IsSecondOfItsKind(before, change, verdict, grace) || IsLaterRound(before, verdict, grace)))
        {
            return Restart(marked, grace, change, verdict, context, now);
        }

        return Unchanged(before, marked, verdict);
    }

    /// <summary>
    /// It reports a change, but the last word of its kind was a drop, too: a return got lost. Not where the grace began clearly after that
    /// word: then another kind has already reported this drop.
    /// </summary>
    private static bool IsSecondOfItsKind(DeviceState before, ConnectionChange change, OrderVerdict verdict, Outage grace) =>
        change.SaysChanged && before.Marks.GetValueOrDefault(verdict.Key) is { Connected: false } last
        && !(last.At + ClientOrder.ClearlyLater < grace.Since && (verdict.At - grace.Since).Duration() <= EventTime.LifecycleAccuracy);

    /// <summary>
    /// A higher session than the one whose end began the grace. Another client's counts only if it ended later: else it was connected
    /// before that, or beside it.
    /// </summary>
    private static bool IsLaterRound(DeviceState before, OrderVerdict verdict, Outage grace)
    {
        if (grace.Session is null || !(verdict.NewSession || verdict.OtherClient)) return false;
        return verdict.At > grace.Since || (verdict.NewSession && before.Clients.Count <= 1);
    }

    /// <summary>
    /// A re-report ("false" again) overtook the drop that it repeats, and took the news out of it: a second one, after a return that got
    /// lost. Not where sessions are known: they tell it by themselves, and their time is not the shadow's.
    /// </summary>
    private static Outage? LateSecondDrop(DeviceState state, ConnectionChange change, OrderVerdict verdict) =>
        change is { Kind: ChangeKind.Shadow, Connected: false, SaysChanged: true }
        && state.Outage is { Telling: null, Muted: false, BackAt: null, Session: null } grace && verdict.At > grace.Since
            ? grace
            : null;

    /// <summary>It cannot disconnect twice without coming back in between: the first outage is over, this is the next.</summary>
    private static PresenceDecision Restart(
        DeviceState state, Outage first, ConnectionChange change, OrderVerdict verdict, RuleContext context, DateTimeOffset now)
    {
        var ended = Recovery.EndQuietly(state, first, verdict.At);
        return Store(StartGrace(ended, change, verdict, context, now), PresenceReason.GraceRestartedByNewerSession, verdict.At);
    }

    private static PresenceDecision Dropped(
        DeviceState marked, ConnectionChange change, OrderVerdict verdict, RuleContext context, DateTimeOffset now)
    {
        if (marked.Outage is { BackAt: { } backAt } back && backAt + LearnedHold.Of(context, marked.Unrest) <= verdict.At)
        {
            // Both events come late: by their own times the recovery hold had passed, and this is another outage.
            marked = Recovery.EndHold(marked with { Outage = back with { HoldEndsAt = verdict.At } }, context, now);
        }

        if (marked.Outage is { } recovering)
        {
            var same = marked with { Connected = false, Since = verdict.At, Outage = recovering.DroppedInHold() };
            return Store(same, PresenceReason.DroppedInHold, verdict.At);
        }

        verdict = verdict with { At = AfterReturn(marked, change, verdict.At) };
        var dropped = StartGrace(marked, change, verdict, context, now);
        return Store(dropped, PresenceReason.GraceStarted, verdict.At).Sending();
    }

    /// <summary>
    /// A disconnect comes after the return before it, whatever the stamp of a late event says: stamps are good to 2 min. Otherwise two
    /// outages could begin at the same moment and have the same id.
    /// </summary>
    private static DateTimeOffset AfterReturn(DeviceState state, ConnectionChange change, DateTimeOffset at)
    {
        if (state is not { Connected: true, Since: { } back }) return at;
        var earliest = back.AddMilliseconds(1);
        return Later(at, earliest < change.ReceivedAt ? earliest : ToMilliseconds(change.ReceivedAt));
    }

    private static DeviceState StartGrace(
        DeviceState state, ConnectionChange change, OrderVerdict verdict, RuleContext context, DateTimeOffset now) => state with
        {
            Connected = false,
            Since = verdict.At,
            RecoversAt = null,
            Memory = state.Memory.NotAsking() with { HeardAt = change.ReceivedAt },
            Outage = NewOutage(context, verdict.At, now) with
            {
                DisconnectReason = change.DisconnectReason,
                Session = change.Kind is ChangeKind.Lifecycle or ChangeKind.Broker ? change.Number : null,
            },
        };

    private static Outage NewOutage(RuleContext context, DateTimeOffset since, DateTimeOffset now) => new()
    {
        Id = Outages.IdOf(context.ThingName, since),
        Since = since,
        GraceEndsAt = Later(since + context.Policy.Grace, now + context.Policy.SettleTime),
        GraceSeconds = context.Policy.Grace.TotalSeconds,
    };

    private static Outage Prolong(Outage grace, DateTimeOffset until) => grace with { GraceEndsAt = Later(grace.GraceEndsAt, until) };

    private static PresenceDecision Unchanged(DeviceState before, DeviceState marked, OrderVerdict verdict)
    {
        var sameAttributes = before.Attributes.Count == marked.Attributes.Count && !before.Attributes.Except(marked.Attributes).Any();
        var decision = Mark(marked, verdict with { Why = PresenceReason.Unchanged });
        return sameAttributes ? decision : decision with { Persist = true };
    }

    private static PresenceDecision Mark(DeviceState marked, OrderVerdict verdict) => new(marked, verdict.MustStore, [], verdict.Why);
}
