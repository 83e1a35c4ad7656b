using static IoTOrleans.Grains.Presence.PresenceDecision;

namespace IoTOrleans.Grains.Presence;

/// <summary>What a tick finds due, and when the next one is needed.</summary>
internal static class LookingRules
{
    /// <summary>An offline thing keeps its reminder even if nothing is due: the reminder table lists what is not well.</summary>
    internal static readonly TimeSpan IdleLook = TimeSpan.FromDays(1);

    public static PresenceDecision Tick(DeviceState state, RuleContext context, DateTimeOffset now)
    {
        switch (state.Outage)
        {
            case null when ExpectationRules.Missed(state, context, now) is { } missed:
                return TickInGrace(state with { Outage = missed }, missed, context, now);

            case { } dropped when ExpectationRules.IsDropped(dropped, context):
                return Store(
                    state with { Outage = null, Memory = state.Memory.NotAsking() }, PresenceReason.NothingToDo, now).Sending();

            case { Phase: OutagePhase.Grace } grace:
                return TickInGrace(state, grace, context, now);

            case { IsOffline: true } offline:
                return TickOffline(state, offline, context, now);

            default:
                if (Recovery.WithoutDebtsPaid(state, context) is var paid && !ReferenceEquals(paid, state))
                    return Store(paid, PresenceReason.NothingToDo, now).Sending();

                // Connected, or coming back; destinations may still be owed something about earlier outages.
                var reason = DeliveryRules.DueNow(state, context, now, DueSends.All).Any()
                    ? PresenceReason.SentAgain
                    : state.Outage is null ? PresenceReason.NothingToDo : PresenceReason.TooEarly;
                return Remember(state, reason).Sending();
        }
    }

    public static DateTimeOffset NextLookInGrace(DeviceState state, Outage grace, RuleContext context) =>
        state.Memory is { AskAgainAt: { } again } memory && memory.AskingAbout == grace.Id
            ? again
            : grace.WithGraceOf(context).GraceEndsAt;

    /// <summary>
    /// Fixes the time of the next recheck: if it moved with every event, a thing that keeps reporting would never be rechecked.
    /// </summary>
    public static DeviceState PlanRecheck(DeviceState state, RuleContext context, DateTimeOffset now) =>
        state is { Outage.IsOffline: true, Memory.AskAgainAt: null } && Asking.Rechecks(state, context)
            ? state with { Memory = state.Memory with { AskAgainAt = now + context.Policy.RecheckEvery } }
            : state;

    public static DateTimeOffset NextLookOffline(DeviceState state, Outage offline, RuleContext context, DateTimeOffset now)
    {
        var look = Asking.Rechecks(state, context)
            ? state.Memory.AskAgainAt ?? now + context.Policy.RecheckEvery
            : NextIdleLook(offline, now);
        if (state.Memory.AskingSince is not null && now + Retries.First < look) look = now + Retries.First;
        if (KeepAliveRules.Next(offline, context, now) is { } keepAlive && keepAlive < look) look = keepAlive;
        return DeliveryRules.NextRepeat(offline, context, now) is { } repeat && repeat < look ? repeat : look;
    }

    /// <summary>On fixed days since the deadline: if it moved with every look, every look would cost a write.</summary>
    private static DateTimeOffset NextIdleLook(Outage offline, DateTimeOffset now)
    {
        var anchor = offline.Telling ?? offline.GraceEndsAt;
        return now < anchor ? anchor + IdleLook : anchor + (Math.Floor((now - anchor) / IdleLook) + 1) * IdleLook;
    }

    /// <summary>
    /// The thing is offline, and only a mute keeps people from being notified. Somebody may end it at any moment, so the reminder goes on
    /// to tick every minute.
    /// </summary>
    public static bool WaitsForMute(DeviceState state, RuleContext context) =>
        context.MutedBy.Count > 0 && state.Outage is { IsOffline: true } offline
        && (offline.Phase == OutagePhase.Muted || context.Policy.RepeatInterval > TimeSpan.Zero);

    /// <summary>A tick has nothing to do but to see that the mute still holds.</summary>
    public static bool OnlyWaitsForMute(DeviceState state, RuleContext context, DateTimeOffset now) =>
        WaitsForMute(state, context) && state is { Owing.Count: 0, Flapping.Count: 0, Memory.AskingSince: null }
        && !DeliveryRules.OwesAnything(state.Outage!, over: false, context)
        && !(Asking.Rechecks(state, context) && !(state.Memory.AskAgainAt > now));

    private static PresenceDecision TickInGrace(DeviceState state, Outage grace, RuleContext context, DateTimeOffset now)
    {
        if (grace.WithGraceOf(context) is var today && !ReferenceEquals(today, grace))
        {
            grace = today;
            state = state with { Outage = grace };
            if (now < grace.GraceEndsAt) return Store(state, PresenceReason.GraceChanged, now);
        }

        if (now < grace.GraceEndsAt) return Remember(state, PresenceReason.TooEarly).Sending();
        if (context.TellsNobody) return Verdicts.Mute(state, grace, context, now);
        if (Asking.Witness(state, context) is not { } witness) return Verdicts.Decide(state, grace, Verification.None, context, now);

        var ask = new PresenceEffect.AskVerifier(grace.Id, witness, ClientOrder.IdsOf(state, context.ThingName));
        var asking = state.Memory.AskingAbout == grace.Id;
        if (asking && !Asking.StillTrying(state, now))
            return Verdicts.Decide(state, grace, Verification.Unanswered, context, now, ask);

        // Each tick asks again; a question that is already under way is not asked twice.
        var memory = state.Memory.AskingAgainIn(Asking.AgainUnanswered, grace, now);
        return Remember(state with { Memory = memory }, PresenceReason.AskedVerifier, ask).Sending();
    }

    private static PresenceDecision TickOffline(DeviceState state, Outage offline, RuleContext context, DateTimeOffset now)
    {
        if (offline.Phase == OutagePhase.Muted && !context.TellsNobody)
        {
            // Nobody was notified before: the thing is looked at as at any deadline.
            var due = offline with { Muted = false };
            return TickInGrace(state with { Outage = due }, due, context, now);
        }

        var repeat = DeliveryRules.RepeatIsDue(offline, context, now);
        var recheck = Asking.Rechecks(state, context) && !(state.Memory.AskAgainAt > now);
        if (Asking.Witness(state, context) is not { } witness || (!repeat && !recheck))
            return Remember(state, PresenceReason.SentAgain).Sending(repeats: repeat, Verification.None);

        var looked = state.Memory.Looked(context, now);
        if (repeat && state.Memory.AskingSince is { } since && since + Asking.Patience <= now)
        {
            // The verifier does not answer. As far as we know, the thing is still offline.
            return Remember(state with { Memory = looked }, PresenceReason.SentAgain).Sending(repeats: true, Verification.Unanswered);
        }

        var memory = looked with { AskingAbout = offline.Id, AskingSince = state.Memory.AskingSince ?? now };
        var ask = new PresenceEffect.AskVerifier(offline.Id, witness, ClientOrder.IdsOf(state, context.ThingName));
        return Remember(state with { Memory = memory }, PresenceReason.AskedVerifier, ask).Sending();
    }
}
