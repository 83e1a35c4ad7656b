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

    public static PresenceDecision Tick(DeviceState state, RuleContext context, DateTimeOffset now)
    {
        switch (state.Outage)
        {
            case { BackAt: null, Telling: null, Muted: false } grace:
                return TickInGrace(state, grace, context, now);

            case { BackAt: null } offline:
                return TickOffline(state, offline, context, now);

            default:
                if (Recovery.WithoutDebtsPaid(state, context) is var paid && !ReferenceEquals(paid, state))
                    return Store(paid, PresenceReason.NothingToDo, now, TellingRules.DueNow(paid, context, now));

                // Well, or coming back; an earlier outage may still be owed to somebody.
                var sends = TellingRules.DueNow(state, context, now);
                var reason = sends.Count > 0
                    ? PresenceReason.SentAgain
                    : state.Outage is null ? PresenceReason.NothingToDo : PresenceReason.TooEarly;
                return Remember(state, reason, sends);
        }
    }

    public static PresenceDecision Verified(
        DeviceState state, string outageId, VerifierAnswer answer, RuleContext context, DateTimeOffset now)
    {
        if (state.Outage is not { BackAt: null } outage || outage.Id != outageId) return Nothing(state, PresenceReason.CameBackWhileAsking);

        var inGrace = outage is { Telling: null, Muted: false };
        if (inGrace && now < outage.GraceEndsAt) return Nothing(state, PresenceReason.TooEarly);

        switch (answer.Verdict)
        {
            case VerifierVerdict.Connected when IsYounger(state, outage, answer):
                return Heal(state, answer, context, now);

            case VerifierVerdict.Connected:
                return Stale(state, outage, inGrace, context, now);

            case VerifierVerdict.Disconnected when inGrace && NewerWindow(state, outage, answer, context) is { } endsAt && endsAt > now:
                var next = outage with { Since = answer.ChangedAt!.Value, GraceEndsAt = endsAt, SecondWindow = true };
                var waiting = Noted(state, answer) with
                {
                    Outage = next,
                    Since = next.Since,
                    Memory = NotAsking(state.Memory) with { StaleAnswers = 0 },
                };
                return Store(waiting, PresenceReason.VerifierKnowsNewerDisconnect, now);

            case VerifierVerdict.Disconnected when inGrace && outage.SecondWindow && NewerDisconnect(state, outage, answer) is { } newer
                && DeferralRules.Hold(Answered(state, now), outage, context, now, until: newer) is { } held:
                return held;

            case VerifierVerdict.Disconnected:
                state = (inGrace ? Noted(state, answer) : state) with { Memory = state.Memory with { StaleAnswers = 0 } };
                return Conclude(state, outage, inGrace, Verification.Confirmed, context, now);

            case VerifierVerdict.Failed when inGrace && (state.Memory.AskingAbout != outage.Id || StillTrying(state, now)):
                // An activation that did not ask itself begins its minute here.
                return Remember(state with { Memory = Asking(state.Memory, outage, now, AskAgainAfter) }, PresenceReason.VerifierFailed);

            default:
                return Conclude(state, outage, inGrace, Verification.Unanswered, context, now);
        }
    }

    /// <summary>Somebody has looked, or there was nobody to ask: the next look is a recheck.</summary>
    public static ActivationMemory Looked(ActivationMemory memory, RuleContext context, DateTimeOffset now) =>
        NotAsking(memory) with { AskAgainAt = context.Policy.RecheckEvery > TimeSpan.Zero ? now + context.Policy.RecheckEvery : null };

    public static DateTimeOffset NextLookInGrace(DeviceState state, Outage grace, RuleContext context) =>
        state.Memory is { AskAgainAt: { } again } memory && memory.AskingAbout == grace.Id
            ? again
            : WithGraceOf(context, grace).GraceEndsAt;

    /// <summary>The deadline is a promise made with the grace of that day; it changes only because the setting did.</summary>
    public static Outage WithGraceOf(RuleContext context, Outage grace)
    {
        var change = context.Policy.Grace - TimeSpan.FromSeconds(grace.GraceSeconds);
        return change == TimeSpan.Zero ? grace
            : grace with
            {
                GraceSeconds = context.Policy.Grace.TotalSeconds,
                GraceEndsAt = PresenceRules.ToMilliseconds(grace.GraceEndsAt + change),
            };
    }

    /// <summary>
    /// Fixes the time of the next recheck: if it moved along with every event, a thing that keeps reporting would never be looked at.
    /// </summary>
    public static DeviceState PlanRecheck(DeviceState state, RuleContext context, DateTimeOffset now) =>
        state is { Outage: { BackAt: null } and ({ Telling: not null } or { Muted: true }), Memory.AskAgainAt: null }
            && Rechecks(state, context)
            ? state with { Memory = state.Memory with { AskAgainAt = now + context.Policy.RecheckEvery } }
            : state;

    public static DateTimeOffset NextLookOffline(DeviceState state, Outage offline, RuleContext context, DateTimeOffset now)
    {
        var look = Rechecks(state, context) ? state.Memory.AskAgainAt ?? now + context.Policy.RecheckEvery : NextIdleLook(offline, now);
        if (state.Memory.AskingSince is not null && now + TellingRules.FirstRetry < look) look = now + TellingRules.FirstRetry;
        if (KeepAliveRules.Next(offline, context, now) is { } keepAlive && keepAlive < look) look = keepAlive;
        return TellingRules.NextRepeat(offline, context, now) is { } repeat && repeat < look ? repeat : look;
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
    public static bool WaitsForMute(DeviceState state, RuleContext context) =>
        context.MutedBy.Count > 0 && state.Outage is { BackAt: null } away
        && (away.Muted || (away.Telling is not null && context.Policy.RepeatInterval > TimeSpan.Zero));

    /// <summary>… and such a tick has nothing to do but to see that the mute still holds.</summary>
    public static bool OnlyWaitsForMute(DeviceState state, RuleContext context, DateTimeOffset now) =>
        WaitsForMute(state, context) && state is { Owing.Count: 0, Flapping.Count: 0, Memory.AskingSince: null }
        && !TellingRules.OwesAnything(state.Outage!, over: false, context)
        && !(Rechecks(state, context) && !(state.Memory.AskAgainAt > now));

    private static PresenceDecision TickInGrace(DeviceState state, Outage grace, RuleContext context, DateTimeOffset now)
    {
        if (WithGraceOf(context, grace) is var today && !ReferenceEquals(today, grace))
        {
            grace = today;
            state = state with { Outage = grace };
            if (now < grace.GraceEndsAt) return Store(state, PresenceReason.GraceChanged, now);
        }

        if (now < grace.GraceEndsAt) return Remember(state, PresenceReason.TooEarly, TellingRules.DueNow(state, context, now));
        if (context.TellsNobody) return Mute(state, grace, context, now);
        if (Witness(state, context) is not { } witness)
            return DeferralRules.Hold(state, grace, context, now) ?? TellingRules.Tell(state, grace, Verification.None, context, now);

        var ask = new PresenceEffect.AskVerifier(grace.Id, witness);
        var asking = state.Memory.AskingAbout == grace.Id;
        if (asking && !StillTrying(state, now))
            return DeferralRules.Hold(state, grace, context, now, ask)
                ?? TellingRules.Tell(state, grace, Verification.Unanswered, context, now);

        // Asked again by every tick: whoever is already asking for this thing does not ask twice.
        var memory = Asking(state.Memory, grace, now, AskAgainUnanswered);
        return Remember(
            state with { Memory = memory }, PresenceReason.AskedVerifier,
            [.. TellingRules.DueNow(state, context, now), ask]);
    }

    private static PresenceDecision TickOffline(DeviceState state, Outage offline, RuleContext context, DateTimeOffset now)
    {
        if (offline.Muted && !context.TellsNobody)
        {
            // Nobody has been told so far: it is looked at as at any deadline.
            var due = offline with { Muted = false };
            return TickInGrace(state with { Outage = due }, due, context, now);
        }

        var repeat = TellingRules.RepeatIsDue(offline, context, now);
        var recheck = Rechecks(state, context) && !(state.Memory.AskAgainAt > now);
        if (!Verifiable(state, context) || (!repeat && !recheck))
        {
            return Remember(state, PresenceReason.SentAgain, TellingRules.DueNow(state, context, now, repeats: repeat, Verification.None));
        }

        if (repeat && state.Memory.AskingSince is { } since && since + AskFor <= now)
        {
            // Nobody answers; that it is offline is still what we know.
            state = state with { Memory = Looked(state.Memory, context, now) };
            return Remember(
                state, PresenceReason.SentAgain, TellingRules.DueNow(state, context, now, repeats: true, Verification.Unanswered));
        }

        var memory = Looked(state.Memory, context, now) with { AskingAbout = offline.Id, AskingSince = state.Memory.AskingSince ?? now };
        return Remember(
            state with { Memory = memory }, PresenceReason.AskedVerifier,
            [.. TellingRules.DueNow(state, context, now), new PresenceEffect.AskVerifier(offline.Id, Witness(state, context)!.Value)]);
    }

    private static PresenceDecision Conclude(
        DeviceState state, Outage outage, bool inGrace, Verification verification, RuleContext context, DateTimeOffset now)
    {
        if (inGrace && context.TellsNobody) return Mute(state, outage, context, now);

        // The broker says that nobody is connected also while nobody could be let in.
        var certain = verification == Verification.Confirmed && state.Source != EventSource.Broker;
        if (inGrace && !certain && DeferralRules.Hold(state, outage, context, now) is { } held) return held;
        if (inGrace) return TellingRules.Tell(state, outage, verification, context, now);

        state = state with { Memory = Looked(state.Memory, context, now) };
        return Remember(
            state, PresenceReason.StillDisconnected, TellingRules.DueNow(state, context, now, repeats: true, verification));
    }

    private static PresenceDecision Mute(DeviceState state, Outage grace, RuleContext context, DateTimeOffset now)
    {
        var muted = state with { Outage = grace with { Muted = true }, Memory = Looked(state.Memory, context, now) };
        return Store(muted, PresenceReason.MutedAtDeadline, now);
    }

    private static PresenceDecision Heal(DeviceState state, VerifierAnswer answer, RuleContext context, DateTimeOffset now)
    {
        var at = answer.ChangedAt!.Value < now ? answer.ChangedAt.Value : now;
        if (answer.Number is { } number && state.Source != EventSource.Broker)
        {
            // The shadow has told us this version now; its event, when it comes, is a duplicate.
            var key = OrderMark.ShadowKeyOf(answer.ShadowName);
            var mark = new OrderMark { Number = number, Connected = true, Stamp = answer.ChangedAt.Value, At = at };
            state = state with { Marks = new Dictionary<string, OrderMark>(state.Marks) { [key] = mark } };
        }

        (state, _) = Recovery.CameBack(state with { Memory = state.Memory with { StaleAnswers = 0 } }, at, context, now);
        return Store(state, PresenceReason.HealedByVerifier, now, TellingRules.DueNow(state, context, now));
    }

    private static PresenceDecision Stale(DeviceState state, Outage outage, bool inGrace, RuleContext context, DateTimeOffset now)
    {
        var stale = state.Memory.StaleAnswers + 1;
        state = state with { Memory = state.Memory with { StaleAnswers = stale } };
        var decision = Conclude(state, outage, inGrace, Verification.Unanswered, context, now);
        if (!inGrace) decision = decision with { Reason = PresenceReason.VerifierStale };
        return stale == StaleAnswersToWarn
            ? decision with { Effects = [.. decision.Effects, new PresenceEffect.WarnVerifierStale()] }
            : decision;
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
    private static DateTimeOffset? NewerWindow(DeviceState state, Outage outage, VerifierAnswer answer, RuleContext context)
    {
        if (outage.SecondWindow) return null;
        return NewerDisconnect(state, outage, answer) is { } newer ? newer + context.Policy.Grace : null;
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
    private static DeviceState Answered(DeviceState state, DateTimeOffset now) =>
        state with { Memory = state.Memory with { AskingSince = now } };

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

    private static bool Verifiable(DeviceState state, RuleContext context) => Witness(state, context) is not null;

    /// <summary>
    /// Who can be asked about the thing: the broker, as long as its own last word was "connected", whoever says otherwise; else whoever
    /// covers the door that the last change came through.
    /// </summary>
    internal static EventSource? Witness(DeviceState state, RuleContext context)
    {
        var onBroker = state.Marks.TryGetValue(OrderMark.BrokerKey, out var mark) && mark.Connected;
        if (onBroker && context.Verifiable.Contains(EventSource.Broker)) return EventSource.Broker;
        return context.Verifiable.Contains(state.Source) ? state.Source : null;
    }

    private static bool Rechecks(DeviceState state, RuleContext context) =>
        context.Policy.RecheckEvery > TimeSpan.Zero && Verifiable(state, context);

    public static ActivationMemory NotAsking(ActivationMemory memory) =>
        memory with { AskingAbout = null, AskingSince = null, AskAgainAt = null, HeldSince = null };

    private static ActivationMemory Asking(ActivationMemory memory, Outage grace, DateTimeOffset now, TimeSpan again)
    {
        var since = memory.AskingAbout == grace.Id && memory.AskingSince is { } already ? already : now;
        var next = now + again < since + AskFor ? now + again : since + AskFor;
        return memory with { AskingAbout = grace.Id, AskingSince = since, AskAgainAt = next };
    }
}
