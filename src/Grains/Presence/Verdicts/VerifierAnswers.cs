using static IoTOrleans.Grains.Presence.PresenceDecision;

namespace IoTOrleans.Grains.Presence;

/// <summary>What the verifier's answer about an outage is worth.</summary>
internal static class VerifierAnswers
{
    internal const int StaleAnswersToWarn = 3;

    public static PresenceDecision Verified(
        DeviceState state, string outageId, VerifierAnswer answer, RuleContext context, DateTimeOffset now)
    {
        if (state.Outage is not { IsAway: true } outage || outage.Id != outageId)
            return Nothing(state, PresenceReason.CameBackWhileAsking);

        var inGrace = outage.Phase == OutagePhase.Grace;
        if (inGrace && now < outage.GraceEndsAt) return Nothing(state, PresenceReason.TooEarly);

        // Whatever the verifier knows of it: it has been seen.
        if (outage.NeverSeen && ImportRules.Found(state, answer, context, now) is { } seen)
            return seen.Because(answer.Verdict == VerifierVerdict.Connected
                ? PresenceReason.HealedByVerifier : PresenceReason.VerifierKnowsNewerDisconnect);

        switch (answer.Verdict)
        {
            case VerifierVerdict.Connected when BackSince(state, outage, answer, context) is { } back:
                return Heal(state, answer, back, context, now);

            // A client that could not be asked about may be the one that is back.
            case VerifierVerdict.Failed or VerifierVerdict.Connected when inGrace && SomeFailed(answer)
                && (state.Memory.AskingAbout != outage.Id || Asking.StillTrying(state, now)):
                // For an activation that did not ask itself the minute begins here.
                var memory = state.Memory.AskingAgainIn(Asking.AgainAfterFailure, outage, now);
                return Remember(state with { Memory = memory }, PresenceReason.VerifierFailed);

            case VerifierVerdict.Connected:
                return Stale(state, outage, inGrace, context, now);

            case VerifierVerdict.Disconnected when inGrace && NewerWindow(state, outage, answer, context) is { } endsAt && endsAt > now:
                var since = answer.ChangedAt!.Value;
                var next = outage with
                {
                    Since = since, GraceEndsAt = endsAt, SecondWindow = true, ConnectFailures = ConnectFailureRules.From(outage, since),
                    ConfirmedVersion = ConfirmedVersion(state, answer),
                };
                var waiting = Noted(state, answer) with
                {
                    Outage = next,
                    Since = next.Since,
                    Memory = state.Memory.NotAsking() with { StaleAnswers = 0 },
                };
                return Store(waiting, PresenceReason.VerifierKnowsNewerDisconnect, now);

            case VerifierVerdict.Disconnected when inGrace && outage.SecondWindow
                && NewerDisconnect(state, outage, answer, context) is { } newer
                && DeferralRules.Defer(Answered(state, now), outage, context, now, until: newer) is { } deferred:
                return deferred;

            // The connect of a client that nobody knows of yet may lie in the queue.
            case VerifierVerdict.Disconnected when inGrace && answer.Clients is not null && ClientAnswers.MayLackOne(state)
                && DeferralRules.Defer(Answered(state, now), outage, context, now) is { } deferred:
                return deferred;

            case VerifierVerdict.Disconnected:
                state = (inGrace ? Noted(state, answer) : state) with { Memory = state.Memory with { StaleAnswers = 0 } };
                outage = outage with { LastHeard = answer.LastHeard, ConfirmedVersion = ConfirmedVersion(state, answer) };
                return Conclude(state, outage, inGrace, Verification.Confirmed, context, now);

            default:
                return Conclude(state, outage, inGrace, Verification.Unanswered, context, now);
        }
    }

    /// <summary>Where there is a mark of the shadow, it knows of the version (<see cref="Noted"/>).</summary>
    private static long? ConfirmedVersion(DeviceState state, VerifierAnswer answer) =>
        answer.ShadowName is null && !state.Marks.ContainsKey(OrderMark.ShadowKeyOf(null)) ? answer.Number : null;

    private static bool SomeFailed(VerifierAnswer answer) =>
        answer.Verdict == VerifierVerdict.Failed || answer.Clients?.Any(client => client.Verdict == VerifierVerdict.Failed) == true;

    private static PresenceDecision Heal(
        DeviceState state, VerifierAnswer answer, DateTimeOffset back, RuleContext context, DateTimeOffset now)
    {
        var at = Earlier(back, now);
        if (answer.Number is { } number && state.Source != EventSource.Broker)
        {
            // The event of this shadow version, when it comes, is a duplicate.
            var key = OrderMark.ShadowKeyOf(answer.ShadowName);
            var mark = new OrderMark { Number = number, Connected = true, Stamp = back, At = at };
            state = state.WithMark(key, mark);
        }

        (state, _) = Recovery.CameBack(state with { Memory = state.Memory with { StaleAnswers = 0 } }, at, context, now);
        return Store(state, PresenceReason.HealedByVerifier, now).Sending();
    }

    private static PresenceDecision Conclude(
        DeviceState state, Outage outage, bool inGrace, Verification verification, RuleContext context, DateTimeOffset now) => inGrace
            ? Verdicts.Decide(state, outage, verification, context, now)
            : Verdicts.StillOffline(state, verification, context, now);

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

    private static DateTimeOffset? BackSince(DeviceState state, Outage outage, VerifierAnswer answer, RuleContext context) =>
        answer.Clients is not null ? ClientAnswers.BackSince(state, outage, answer, context)
            : IsYounger(state, outage, answer) ? answer.ChangedAt : null;

    /// <summary>
    /// "Connected" ends the outage only if it was written after the thing disconnected. Otherwise a field that nobody maintains (a client
    /// that disconnects cleanly sends no Last Will) would silence every outage.
    /// </summary>
    private static bool IsYounger(DeviceState state, Outage outage, VerifierAnswer answer)
    {
        var lastDrop = state.Since is { } since && since > outage.Since ? since : outage.Since;

        // A drop that changed nothing, since the thing was away already, ended the session before it.
        foreach (var (_, known) in ClientOrder.AllMarks(state))
        {
            if (!known.Connected && known.At > lastDrop) lastDrop = known.At;
        }

        if (answer.ChangedAt > lastDrop) return true;
        var mark = state.Marks.GetValueOrDefault(OrderMark.ShadowKeyOf(answer.ShadowName));
        return mark is { Connected: false } && mark.At >= lastDrop && answer.Number > mark.Number;
    }

    /// <summary>
    /// The verifier knows of a later disconnect than we do: a return and a disconnect got lost, and the later outage has a grace of its
    /// own. Only once, since a thing that keeps reporting "false" moves that stamp for ever.
    /// </summary>
    private static DateTimeOffset? NewerWindow(DeviceState state, Outage outage, VerifierAnswer answer, RuleContext context)
    {
        if (outage.SecondWindow) return null;
        return NewerDisconnect(state, outage, answer, context) is { } newer ? newer + context.Policy.Grace : null;
    }

    private static DateTimeOffset? NewerDisconnect(DeviceState state, Outage outage, VerifierAnswer answer, RuleContext context)
    {
        if (answer.Clients is not null) return ClientAnswers.NewerEnd(state, outage, answer, context);
        if (answer.Number is null || answer.ChangedAt is not { } changedAt) return null;

        // The Last Will of the drop that we know of has a slightly later stamp than our event of another kind.
        var mark = state.Marks.GetValueOrDefault(OrderMark.ShadowKeyOf(answer.ShadowName));
        var slack = mark is { Connected: false } && mark.At >= outage.Since ? TimeSpan.Zero : EventTime.LifecycleAccuracy;
        return changedAt > outage.Since + slack ? changedAt : null;
    }

    /// <summary>The verifier answers: the minute in which it does not would begin now.</summary>
    private static DeviceState Answered(DeviceState state, DateTimeOffset now) =>
        state with { Memory = state.Memory with { AskingSince = now } };

    /// <summary>
    /// If we read the events of this shadow: a return with an older version, should its event still come, is over. If we do not, its Last
    /// Will may be younger than the thing's next session.
    /// </summary>
    private static DeviceState Noted(DeviceState state, VerifierAnswer answer)
    {
        var key = OrderMark.ShadowKeyOf(answer.ShadowName);
        if (answer is not { Number: { } number, ChangedAt: { } changedAt } || !state.Marks.TryGetValue(key, out var mark)) return state;
        if (number <= mark.Number || changedAt < mark.Stamp) return state;
        var noted = mark with { Number = number, Connected = false, Ended = true, Stamp = changedAt, At = changedAt };
        return state.WithMark(key, noted);
    }
}
