using static IoTOrleans.Grains.Presence.PresenceDecision;

namespace IoTOrleans.Grains.Presence;

/// <summary>
/// What the verifier's answer is worth about a thing that seems to be connected. "Disconnected" counts only if it was written after the
/// connect that we know of: otherwise a shadow that nobody maintains would report every thing as offline.
/// </summary>
internal static class AuditRules
{
    /// <summary>
    /// Who can be asked; null: nobody, or it is not worth asking. The broker knows its own connections; what it missed while it was down is
    /// found when it starts.
    /// </summary>
    public static EventSource? Witness(DeviceState state, RuleContext settings) =>
        IsTakenForConnected(state) && Asking.Witness(state, settings.With(state.Override)) is { } witness and not EventSource.Broker
            ? witness
            : null;

    public static PresenceDecision Audited(DeviceState state, VerifierAnswer answer, RuleContext context, DateTimeOffset now)
    {
        if (!IsTakenForConnected(state)) return Nothing(state, PresenceReason.AuditOvertaken);
        switch (answer)
        {
            case { Verdict: VerifierVerdict.Connected }:
                return Nothing(state, PresenceReason.AuditConfirmed);

            case { Verdict: VerifierVerdict.Disconnected } when MissedChange(state, answer, now) is { } missed:
                return IsYounger(state, missed, now) ? Missed(state, missed, context, now) : Nothing(state, PresenceReason.AuditStale);

            default:
                return Nothing(state, PresenceReason.AuditUnanswered);
        }
    }

    /// <summary>AWS knows for a while when a client disconnected. Then all that is known is that it has, by now.</summary>
    private static ConnectionChange? MissedChange(DeviceState state, VerifierAnswer answer, DateTimeOffset now) => answer switch
    {
        { Clients: not null } => new(false, ChangeKind.Time, state.Source, answer.HappenedBy(now), now),
        { ChangedAt: { } changedAt, Number: { } number } =>
            new(false, ChangeKind.Shadow, state.Source, changedAt, now) { Number = number, ShadowName = answer.ShadowName },
        _ => null,
    };

    private static bool IsTakenForConnected(DeviceState state) => state is { Connected: true, Outage: null };

    /// <summary>
    /// Compared by version with the shadow that reported the connect; with any other source by time, beyond the accuracy of lifecycle
    /// stamps. The Last Will of the session before may be written a moment after the connect.
    /// </summary>
    private static bool IsYounger(DeviceState state, ConnectionChange missed, DateTimeOffset now)
    {
        if (EventOrder.Judge(state, missed, now) is not { Why: PresenceReason.None } verdict || verdict.At < state.Since) return false;
        return ClientOrder.AllMarks(state)
            .All(mark => mark.Key == verdict.Key || !mark.Value.Connected || verdict.At > mark.Value.At + EventTime.LifecycleAccuracy);
    }

    /// <summary>As if the lost event had come: the thing gets what is left of its grace, and is verified like any other.</summary>
    private static PresenceDecision Missed(DeviceState state, ConnectionChange missed, RuleContext context, DateTimeOffset now)
    {
        var decision = ConnectionRules.Apply(state, missed, context, now).Because(PresenceReason.DisconnectFoundByAudit);

        // No queue took this event: it says nothing about what the queue may hide.
        return decision with { State = decision.State with { Memory = decision.State.Memory with { HeardAt = state.Memory.HeardAt } } };
    }
}
