using static IoTOrleans.Grains.Presence.PresenceDecision;

namespace IoTOrleans.Grains.Presence;

/// <summary>
/// What the verifier's word is worth about a thing that is taken to be connected: the mirror of <see cref="LookingRules"/>. "Disconnected"
/// counts only if it was written after the connect that we know of, or a shadow that nobody maintains would bring every thing down.
/// </summary>
internal static class AuditRules
{
    /// <summary>
    /// Who can be asked; null: nobody, or it is not worth asking. The broker's own connections are no secret to it: what it has missed
    /// is looked up when it starts.
    /// </summary>
    public static EventSource? Witness(DeviceState state, RuleContext settings) =>
        IsTakenForConnected(state) && LookingRules.Witness(state, settings.With(state.Override)) is { } witness and not EventSource.Broker
            ? witness
            : null;

    public static PresenceDecision Audited(DeviceState state, VerifierAnswer answer, RuleContext context, DateTimeOffset now)
    {
        if (!IsTakenForConnected(state)) return Nothing(state, PresenceReason.AuditOvertaken);
        switch (answer)
        {
            case { Verdict: VerifierVerdict.Connected }:
                return Nothing(state, PresenceReason.AuditConfirmed);

            case { Verdict: VerifierVerdict.Disconnected, ChangedAt: { } changedAt, Number: { } number }:
                var missed = new ConnectionChange(
                    false, ChangeKind.Shadow, state.Source, changedAt, now) { Number = number, ShadowName = answer.ShadowName };
                return IsYounger(state, missed, now) ? Missed(state, missed, context, now) : Nothing(state, PresenceReason.AuditStale);

            default:
                return Nothing(state, PresenceReason.AuditUnanswered);
        }
    }

    private static bool IsTakenForConnected(DeviceState state) => state is { Connected: true, Outage: null };

    /// <summary>
    /// By the version of the shadow that told of the connect; against any other source by time, beyond the accuracy of the worst of them. A
    /// Last Will of the session before may be written a moment after the connect.
    /// </summary>
    private static bool IsYounger(DeviceState state, ConnectionChange missed, DateTimeOffset now)
    {
        if (EventOrder.Judge(state, missed, now) is not { Why: PresenceReason.None } verdict || verdict.At < state.Since) return false;
        return ClientOrder.AllMarks(state)
            .All(mark => mark.Key == verdict.Key || !mark.Value.Connected || verdict.At > mark.Value.At + EventOrder.LifecycleAccuracy);
    }

    /// <summary>As if its event had come at last: it gets its grace, or what is left of it, and is verified like any other.</summary>
    private static PresenceDecision Missed(DeviceState state, ConnectionChange missed, RuleContext context, DateTimeOffset now)
    {
        var decision = ConnectionRules.Apply(state, missed, context, now);
        var ring = decision.State.Ring;
        return decision with
        {
            State = decision.State with
            {
                // No queue took it: what that may be hiding is not younger for it.
                Memory = decision.State.Memory with { HeardAt = state.Memory.HeardAt },
                Ring = [.. ring.SkipLast(1), ring[^1] with { Reason = PresenceReason.DisconnectFoundByAudit }],
            },
            Reason = PresenceReason.DisconnectFoundByAudit,
        };
    }
}
