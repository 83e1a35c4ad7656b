using static IoTOrleans.Grains.Presence.PresenceDecision;

namespace IoTOrleans.Grains.Presence;

/// <summary>Somebody sets another policy for a thing: a running grace or recovery hold follows it at once.</summary>
internal static class OverrideRules
{
    public static PresenceDecision Apply(DeviceState state, PolicySettings? wanted, RuleContext settings, DateTimeOffset now)
    {
        var (before, after) = (settings.With(state.Override), settings.With(wanted));
        state = state with { Override = wanted, Memory = state.Memory.NotAsking() };
        var longer = LearnedHold.Of(after, state.Unrest) - LearnedHold.Of(before, state.Unrest);
        state = state.Outage switch
        {
            { Phase: OutagePhase.Recovering } back =>
                Recovery.EndHold(state with { Outage = back with { HoldEndsAt = back.HoldEndsAt + longer } }, after, now),

            // An answer that is on its way must not find it.
            { } missed when ExpectationRules.IsDropped(missed, after) => state with { Outage = null },

            // Nobody was notified before: whether the outage is due is looked at as at any deadline.
            { EndsQuietly: true } quiet when quiet.Phase == OutagePhase.Grace || !after.TellsNobody =>
                state with { Outage = (quiet with { Muted = false }).WithGraceOf(after) },
            _ => state,
        };

        // A policy for one thing names it: from now on it is expected.
        if (after.Policy.ExpectWithin > TimeSpan.Zero && wanted is not null && ImportRules.IsUnseen(state))
            state = state with { ExpectedSince = state.ExpectedSince ?? now };
        return Store(state, PresenceReason.PolicySet, now).Sending();
    }
}
