using static IoTOrleans.Grains.Presence.PresenceDecision;

namespace IoTOrleans.Grains.Presence;

/// <summary>
/// An import names a thing of which no event may have come in. What the verifier says then counts as its last event. Of a thing that events
/// have told of, an import knows nothing that they do not.
/// </summary>
internal static class ImportRules
{
    /// <summary>The verifier of AWS IoT things. The embedded broker knows only things that have connected to it.</summary>
    public static EventSource? Witness(RuleContext context) =>
        context.Verifiable.Contains(EventSource.Queue) ? EventSource.Queue : null;

    public static PresenceDecision Imported(DeviceState state, VerifierAnswer answer, RuleContext context, DateTimeOffset now)
    {
        if (!IsUnseen(state)) return Nothing(state, PresenceReason.ImportKnown);
        if (Found(state, answer, context, now) is { } found)
            return found.Because(answer.Verdict == VerifierVerdict.Connected
                ? PresenceReason.ImportedConnected : PresenceReason.ImportedDisconnected);
        return state.ExpectedSince is null
            ? Store(state with { ExpectedSince = now }, PresenceReason.ImportedUnknown, now)
            : Nothing(state, PresenceReason.ImportKnown);
    }

    /// <summary>No event has said whether it is connected.</summary>
    public static bool IsUnseen(DeviceState state) => state is { Connected: null, Marks.Count: 0, Clients.Count: 0 };

    /// <summary>
    /// As if the event that the verifier knows of had come in. A thing that is away keeps its true time, if that is known, but gets a whole
    /// grace from now: nobody has watched it so far, and its return may be in the queue.
    /// </summary>
    /// <returns>Null: the verifier does not know either.</returns>
    public static PresenceDecision? Found(DeviceState state, VerifierAnswer answer, RuleContext context, DateTimeOffset now)
    {
        if (answer.Verdict is not (VerifierVerdict.Connected or VerifierVerdict.Disconnected)) return null;
        var change = new ConnectionChange(
            answer.Verdict == VerifierVerdict.Connected, answer.Number is null ? ChangeKind.Imported : ChangeKind.Shadow,
            EventSource.Queue, answer.HappenedBy(now), now) { Number = answer.Number, ShadowName = answer.ShadowName };
        var decision = ConnectionRules.Apply(state, change, context, now);
        if (decision.State.Outage is not { Phase: OutagePhase.Grace } grace) return decision;
        return decision with
        {
            State = decision.State with
            {
                // No queue took this event: it says nothing about what the queue may hide.
                Memory = decision.State.Memory with { HeardAt = state.Memory.HeardAt },

                // A thing may be forgotten and imported again: its two outages begin at the same moment.
                Outage = grace with
                {
                    Id = Outages.IdOf($"{context.ThingName}\nimported", now),
                    GraceEndsAt = Later(grace.GraceEndsAt, now + context.Policy.Grace),
                },
            },
        };
    }
}
