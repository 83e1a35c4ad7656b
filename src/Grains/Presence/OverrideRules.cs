using static IoTOrleans.Grains.Presence.PresenceDecision;

namespace IoTOrleans.Grains.Presence;

/// <summary>Somebody sets another policy while the thing is being watched: what is running follows it from this moment on.</summary>
internal static class OverrideRules
{
    public static PresenceDecision Apply(DeviceState state, PolicySettings? wanted, RuleContext settings, DateTimeOffset now)
    {
        var (before, after) = (settings.With(state.Override), settings.With(wanted));
        state = state with { Override = wanted, Memory = LookingRules.NotAsking(state.Memory) };
        var longer = LearnedHold.Of(after, state.Unrest) - LearnedHold.Of(before, state.Unrest);
        state = state.Outage switch
        {
            { HoldEndsAt: { } ends } back => Recovery.EndHold(state with { Outage = back with { HoldEndsAt = ends + longer } }, after, now),

            // Nobody has been told so far: whether it is due is looked at as at any deadline.
            { Telling: null } quiet when !quiet.Muted || !after.TellsNobody =>
                state with { Outage = LookingRules.WithGraceOf(after, quiet with { Muted = false }) },
            _ => state,
        };
        return Store(state, PresenceReason.PolicySet, now, TellingRules.DueNow(state, after, now));
    }
}
