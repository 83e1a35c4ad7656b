using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using static IoTOrleans.Grains.Presence.PresenceDecision;

namespace IoTOrleans.Grains.Presence;

/// <summary>What a tick finds due, and what the verifier's word is worth.</summary>
internal static class LookingRules
{
    /// <summary>How long a source that cannot be reached is tried before people are told without it.</summary>
    internal static readonly TimeSpan AskFor = TimeSpan.FromMinutes(1);

    /// <summary>After a source could not be reached.</summary>
    internal static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(5);

    /// <summary>While nothing at all comes back: the question may have got lost.</summary>
    internal static readonly TimeSpan AskAgainUnanswered = TimeSpan.FromSeconds(15);

    /// <summary>An offline thing that nobody looks at still has its reminder: the reminder table lists what is not well.</summary>
    internal static readonly TimeSpan IdleLook = TimeSpan.FromDays(1);

    internal const int StaleAnswersToWarn = 3;

    public static PresenceDecision Tick(DeviceState state, PresencePolicy policy, DateTimeOffset now)
    {
        switch (state.Outage)
        {
            case { BackAt: null, Telling: null, Muted: false } grace:
                return TickInGrace(state, grace, policy, now);

            case { BackAt: null } offline:
                return TickOffline(state, offline, policy, now);

            default:
                if (Recovery.WithoutDebtsPaid(state, policy) is var paid && !ReferenceEquals(paid, state))
                    return Store(paid, PresenceReason.NothingToDo, now, TellingRules.DueNow(paid, policy, now));

                // Well, or coming back; an earlier outage may still be owed to somebody.
                var sends = TellingRules.DueNow(state, policy, now);
                var reason = sends.Count > 0 ? PresenceReason.SentAgain : state.Outage is null ? PresenceReason.NothingToDo : PresenceReason.TooEarly;
                return Remember(state, reason, sends);
        }
    }

    public static PresenceDecision Verified(
        DeviceState state, string outageId, VerifierAnswer answer, PresencePolicy policy, DateTimeOffset now)
    {
        if (state.Outage is not { BackAt: null } outage || outage.Id != outageId) return Nothing(state, PresenceReason.CameBackWhileAsking);

        var inGrace = outage is { Telling: null, Muted: false };
        if (inGrace && now < outage.GraceEndsAt) return Nothing(state, PresenceReason.TooEarly);

        switch (answer.Verdict)
        {
            case VerifierVerdict.Connected when IsYounger(state, outage, answer):
                return Heal(state, answer, policy, now);

            case VerifierVerdict.Connected:
                return Stale(state, outage, inGrace, policy, now);

            case VerifierVerdict.Disconnected when inGrace && NewerWindow(state, outage, answer, policy) is { } endsAt && endsAt > now:
                var next = outage with { Since = answer.ChangedAt!.Value, GraceEndsAt = endsAt, SecondWindow = true };
                var waiting = Noted(state, answer) with { Outage = next, Since = next.Since, Memory = NotAsking(state.Memory) with { StaleAnswers = 0 } };
                return Store(waiting, PresenceReason.VerifierKnowsNewerDisconnect, now);

            case VerifierVerdict.Disconnected when inGrace && outage.SecondWindow && NewerDisconnect(state, outage, answer) is { } newer
                && HoldingRules.Hold(Answered(state, now), outage, policy, now, until: newer) is { } held:
                return held;

            case VerifierVerdict.Disconnected:
                state = (inGrace ? Noted(state, answer) : state) with { Memory = state.Memory with { StaleAnswers = 0 } };
                return Conclude(state, outage, inGrace, Verification.Confirmed, policy, now);

            case VerifierVerdict.Failed when inGrace && (state.Memory.AskingAbout != outage.Id || StillTrying(state, now)):
                // An activation that did not ask itself begins its minute here.
                return Remember(state with { Memory = Asking(state.Memory, outage, now, AskAgainAfter) }, PresenceReason.VerifierFailed);

            default:
                return Conclude(state, outage, inGrace, Verification.Unanswered, policy, now);
        }
    }

    /// <summary>Somebody has looked, or there was nobody to ask: the next look is a recheck.</summary>
    public static ActivationMemory Looked(ActivationMemory memory, PresencePolicy policy, DateTimeOffset now) =>
        NotAsking(memory) with { AskAgainAt = policy.RecheckEvery > TimeSpan.Zero ? now + policy.RecheckEvery : null };

    public static DateTimeOffset NextLookInGrace(DeviceState state, Outage grace, PresencePolicy policy) =>
        state.Memory is { AskAgainAt: { } again } memory && memory.AskingAbout == grace.Id ? again : WithGraceOf(policy, grace).GraceEndsAt;

    /// <summary>The deadline is a promise made with the grace of that day; it changes only because the setting did.</summary>
    public static Outage WithGraceOf(PresencePolicy policy, Outage grace)
    {
        var change = policy.Grace - TimeSpan.FromSeconds(grace.GraceSeconds);
        return change == TimeSpan.Zero ? grace
            : grace with { GraceSeconds = policy.Grace.TotalSeconds, GraceEndsAt = PresenceRules.ToMilliseconds(grace.GraceEndsAt + change) };
    }

    /// <summary>Fixes the time of the next recheck: if it moved along with every event, a thing that keeps reporting would never be looked at.</summary>
    public static DeviceState PlanRecheck(DeviceState state, PresencePolicy policy, DateTimeOffset now) =>
        state is { Outage: { BackAt: null } and ({ Telling: not null } or { Muted: true }), Memory.AskAgainAt: null } && Rechecks(state, policy)
            ? state with { Memory = state.Memory with { AskAgainAt = now + policy.RecheckEvery } }
            : state;

    public static DateTimeOffset NextLookOffline(DeviceState state, Outage offline, PresencePolicy policy, DateTimeOffset now)
    {
        var look = Rechecks(state, policy) ? state.Memory.AskAgainAt ?? now + policy.RecheckEvery : NextIdleLook(offline, now);
        if (state.Memory.AskingSince is not null && now + TellingRules.FirstRetry < look) look = now + TellingRules.FirstRetry;
        if (KeepAliveRules.Next(offline, policy, now) is { } keepAlive && keepAlive < look) look = keepAlive;
        return TellingRules.NextRepeat(offline, policy, now) is { } repeat && repeat < look ? repeat : look;
    }

    /// <summary>On fixed days since the deadline: if it moved along with every glance, every glance would cost a write.</summary>
    private static DateTimeOffset NextIdleLook(Outage offline, DateTimeOffset now)
    {
        var anchor = offline.Telling ?? offline.GraceEndsAt;
        return now < anchor ? anchor + IdleLook : anchor + (Math.Floor((now - anchor) / IdleLook) + 1) * IdleLook;
    }

    /// <summary>
    /// Away, and something would be told but for a mute, which somebody may take back at any moment: the reminder goes on to tick
    /// every minute.
    /// </summary>
    public static bool WaitsForMute(DeviceState state, PresencePolicy policy) =>
        policy.MutedBy.Count > 0 && state.Outage is { BackAt: null } away
        && (away.Muted || (away.Telling is not null && policy.RepeatInterval > TimeSpan.Zero));

    /// <summary>… and such a tick has nothing to do but to see that the mute still holds.</summary>
    public static bool OnlyWaitsForMute(DeviceState state, PresencePolicy policy, DateTimeOffset now) =>
        WaitsForMute(state, policy) && state is { Owing.Count: 0, Flapping.Count: 0, Memory.AskingSince: null }
        && !TellingRules.OwesAnything(state.Outage!, over: false, policy)
        && !(Rechecks(state, policy) && !(state.Memory.AskAgainAt > now));

    private static PresenceDecision TickInGrace(DeviceState state, Outage grace, PresencePolicy policy, DateTimeOffset now)
    {
        if (WithGraceOf(policy, grace) is var today && !ReferenceEquals(today, grace))
        {
            grace = today;
            state = state with { Outage = grace };
            if (now < grace.GraceEndsAt) return Store(state, PresenceReason.GraceChanged, now);
        }

        if (now < grace.GraceEndsAt) return Remember(state, PresenceReason.TooEarly, TellingRules.DueNow(state, policy, now));
        if (policy.TellsNobody) return Mute(state, grace, policy, now);
        if (Witness(state, policy) is not { } witness)
            return HoldingRules.Hold(state, grace, policy, now) ?? TellingRules.Tell(state, grace, Verification.None, policy, now);

        var ask = new PresenceEffect.AskVerifier(grace.Id, witness);
        var asking = state.Memory.AskingAbout == grace.Id;
        if (asking && !StillTrying(state, now))
            return HoldingRules.Hold(state, grace, policy, now, ask) ?? TellingRules.Tell(state, grace, Verification.Unanswered, policy, now);

        // Asked again by every tick: whoever is already asking for this thing does not ask twice.
        var memory = Asking(state.Memory, grace, now, AskAgainUnanswered);
        return Remember(
            state with { Memory = memory }, PresenceReason.AskedVerifier,
            [.. TellingRules.DueNow(state, policy, now), ask]);
    }

    private static PresenceDecision TickOffline(DeviceState state, Outage offline, PresencePolicy policy, DateTimeOffset now)
    {
        if (offline.Muted && !policy.TellsNobody)
        {
            // Nobody has been told so far: it is looked at as at any deadline.
            var due = offline with { Muted = false };
            return TickInGrace(state with { Outage = due }, due, policy, now);
        }

        var repeat = TellingRules.RepeatIsDue(offline, policy, now);
        var recheck = Rechecks(state, policy) && !(state.Memory.AskAgainAt > now);
        if (!Verifiable(state, policy) || (!repeat && !recheck))
        {
            return Remember(state, PresenceReason.SentAgain, TellingRules.DueNow(state, policy, now, repeats: repeat, Verification.None));
        }

        if (repeat && state.Memory.AskingSince is { } since && since + AskFor <= now)
        {
            // Nobody answers; that it is offline is still what we know.
            state = state with { Memory = Looked(state.Memory, policy, now) };
            return Remember(state, PresenceReason.SentAgain, TellingRules.DueNow(state, policy, now, repeats: true, Verification.Unanswered));
        }

        var memory = Looked(state.Memory, policy, now) with { AskingAbout = offline.Id, AskingSince = state.Memory.AskingSince ?? now };
        return Remember(
            state with { Memory = memory }, PresenceReason.AskedVerifier,
            [.. TellingRules.DueNow(state, policy, now), new PresenceEffect.AskVerifier(offline.Id, Witness(state, policy)!.Value)]);
    }

    private static PresenceDecision Conclude(
        DeviceState state, Outage outage, bool inGrace, Verification verification, PresencePolicy policy, DateTimeOffset now)
    {
        if (inGrace && policy.TellsNobody) return Mute(state, outage, policy, now);

        // The broker says that nobody is connected also while nobody could be let in.
        var certain = verification == Verification.Confirmed && state.Source != EventSource.Broker;
        if (inGrace && !certain && HoldingRules.Hold(state, outage, policy, now) is { } held) return held;
        if (inGrace) return TellingRules.Tell(state, outage, verification, policy, now);

        state = state with { Memory = Looked(state.Memory, policy, now) };
        return Remember(
            state, PresenceReason.StillDisconnected, TellingRules.DueNow(state, policy, now, repeats: true, verification));
    }

    private static PresenceDecision Mute(DeviceState state, Outage grace, PresencePolicy policy, DateTimeOffset now)
    {
        var muted = state with { Outage = grace with { Muted = true }, Memory = Looked(state.Memory, policy, now) };
        return Store(muted, PresenceReason.MutedAtDeadline, now);
    }

    private static PresenceDecision Heal(DeviceState state, VerifierAnswer answer, PresencePolicy policy, DateTimeOffset now)
    {
        var at = answer.ChangedAt!.Value < now ? answer.ChangedAt.Value : now;
        if (answer.Number is { } number && state.Source != EventSource.Broker)
        {
            // The shadow has told us this version now; its event, when it comes, is a duplicate.
            var key = OrderMark.ShadowKeyOf(answer.ShadowName);
            var mark = new OrderMark { Number = number, Connected = true, Stamp = answer.ChangedAt.Value, At = at };
            state = state with { Marks = new Dictionary<string, OrderMark>(state.Marks) { [key] = mark } };
        }

        (state, _) = Recovery.CameBack(state with { Memory = state.Memory with { StaleAnswers = 0 } }, at, policy, now);
        return Store(state, PresenceReason.HealedByVerifier, now, TellingRules.DueNow(state, policy, now));
    }

    private static PresenceDecision Stale(DeviceState state, Outage outage, bool inGrace, PresencePolicy policy, DateTimeOffset now)
    {
        var stale = state.Memory.StaleAnswers + 1;
        state = state with { Memory = state.Memory with { StaleAnswers = stale } };
        var decision = Conclude(state, outage, inGrace, Verification.Unanswered, policy, now);
        if (!inGrace) decision = decision with { Reason = PresenceReason.VerifierStale };
        return stale == StaleAnswersToWarn ? decision with { Effects = [.. decision.Effects, new PresenceEffect.WarnVerifierStale()] } : decision;
    }

    /// <summary>
    /// "Connected" heals only if it was written after the thing disconnected. Otherwise a field that nobody maintains (a goodbye
    /// sends no Last Will) would silence every outage.
    /// </summary>
    private static bool IsYounger(DeviceState state, Outage outage, VerifierAnswer answer)
    {
        var lastDrop = state.Since is { } since && since > outage.Since ? since : outage.Since;

        // A drop that changed nothing, since it was away already, ended whatever session there was before it.
        foreach (var (_, known) in ClientOrder.AllMarks(state))
        {
            if (!known.Connected && known.At > lastDrop) lastDrop = known.At;
        }

        if (answer.ChangedAt > lastDrop) return true;
        var mark = state.Marks.GetValueOrDefault(OrderMark.ShadowKeyOf(answer.ShadowName));
        return mark is { Connected: false } && mark.At >= lastDrop && answer.Number > mark.Number;
    }

    /// <summary>
    /// The source saw a later disconnect than we did: we missed a round, and that outage has a grace of its own. Only once, since
    /// a thing that keeps re-reporting "false" moves that stamp for ever.
    /// </summary>
    private static DateTimeOffset? NewerWindow(DeviceState state, Outage outage, VerifierAnswer answer, PresencePolicy policy)
    {
        if (outage.SecondWindow) return null;
        return NewerDisconnect(state, outage, answer) is { } newer ? newer + policy.Grace : null;
    }

    private static DateTimeOffset? NewerDisconnect(DeviceState state, Outage outage, VerifierAnswer answer)
    {
        if (answer.Number is null || answer.ChangedAt is not { } changedAt) return null;

        // The Last Will of the very drop that we know is stamped a little later than our event of another kind.
        var mark = state.Marks.GetValueOrDefault(OrderMark.ShadowKeyOf(answer.ShadowName));
        var slack = mark is { Connected: false } && mark.At >= outage.Since ? TimeSpan.Zero : EventOrder.LifecycleAccuracy;
        return changedAt > outage.Since + slack ? changedAt : null;
    }

    /// <summary>It does answer: a minute in which it does not would begin now.</summary>
    private static DeviceState Answered(DeviceState state, DateTimeOffset now) => state with { Memory = state.Memory with { AskingSince = now } };

    /// <summary>
    /// A shadow whose events we follow has told us this version of itself: a return of before it, which comes late, is over. Not where
    /// we do not follow it: then its events are none of ours, and its Last Will may be younger than the thing's next session.
    /// </summary>
    private static DeviceState Noted(DeviceState state, VerifierAnswer answer)
    {
        var key = OrderMark.ShadowKeyOf(answer.ShadowName);
        if (answer is not { Number: { } number, ChangedAt: { } changedAt } || !state.Marks.TryGetValue(key, out var mark)) return state;
        if (number <= mark.Number || changedAt < mark.Stamp) return state;
        var noted = mark with { Number = number, Connected = false, Ended = true, Stamp = changedAt, At = changedAt };
        return state with { Marks = new Dictionary<string, OrderMark>(state.Marks) { [key] = noted } };
    }

    private static bool StillTrying(DeviceState state, DateTimeOffset now) => state.Memory.AskingSince is { } since && now < since + AskFor;

    private static bool Verifiable(DeviceState state, PresencePolicy policy) => Witness(state, policy) is not null;

    /// <summary>
    /// Who can be asked about the thing: the broker, as long as its own last word was "connected", whoever says otherwise; else whoever
    /// covers the door that the last change came through.
    /// </summary>
    internal static EventSource? Witness(DeviceState state, PresencePolicy policy)
    {
        var onBroker = state.Marks.TryGetValue(OrderMark.BrokerKey, out var mark) && mark.Connected;
        if (onBroker && policy.Verifiable.Contains(EventSource.Broker)) return EventSource.Broker;
        return policy.Verifiable.Contains(state.Source) ? state.Source : null;
    }

    private static bool Rechecks(DeviceState state, PresencePolicy policy) => policy.RecheckEvery > TimeSpan.Zero && Verifiable(state, policy);

    public static ActivationMemory NotAsking(ActivationMemory memory) =>
        memory with { AskingAbout = null, AskingSince = null, AskAgainAt = null, HeldSince = null };

    private static ActivationMemory Asking(ActivationMemory memory, Outage grace, DateTimeOffset now, TimeSpan again)
    {
        var since = memory.AskingAbout == grace.Id && memory.AskingSince is { } already ? already : now;
        var next = now + again < since + AskFor ? now + again : since + AskFor;
        return memory with { AskingAbout = grace.Id, AskingSince = since, AskAgainAt = next };
    }
}
