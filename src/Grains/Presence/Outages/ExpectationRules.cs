namespace IoTOrleans.Grains.Presence;

/// <summary>
/// A thing that was imported, or named by a policy, and is not seen within ExpectWithin is told once. From its deadline on this is an
/// outage of its own kind: it is verified, muted, delivered and removed like one, but does not count as a disconnect.
/// </summary>
internal static class ExpectationRules
{
    /// <summary>Null: it is not expected, or the deadline has passed and the outage is in the state.</summary>
    public static DateTimeOffset? Deadline(DeviceState state, RuleContext context) =>
        state is { Outage: null, ExpectedSince: { } since } && context.Policy.ExpectWithin > TimeSpan.Zero
            ? since + context.Policy.ExpectWithin
            : null;

    /// <summary>The outage that begins with the deadline; null: it is not there yet.</summary>
    public static Outage? Missed(DeviceState state, RuleContext context, DateTimeOffset now) =>
        !(Deadline(state, context) <= now) ? null : new()
        {
            // Thing names have no line breaks, so no other outage has this ID.
            Id = Outages.IdOf($"{context.ThingName}\nexpected", state.ExpectedSince!.Value),
            Since = state.ExpectedSince.Value,
            GraceEndsAt = Deadline(state, context)!.Value,
            GraceSeconds = context.Policy.ExpectWithin.TotalSeconds,
            NeverSeen = true,
        };

    /// <summary>The setting was turned off, and nobody has been notified.</summary>
    public static bool IsDropped(Outage outage, RuleContext context) =>
        outage is { NeverSeen: true, EndsQuietly: true } && context.Policy.ExpectWithin == TimeSpan.Zero;

    /// <summary>It has been seen, whatever it is now. That cannot be taken back, so there is no recovery hold.</summary>
    public static DeviceState Seen(DeviceState state, DateTimeOffset at, RuleContext context, DateTimeOffset now)
    {
        state = state with { ExpectedSince = null };
        return state.Outage switch
        {
            { NeverSeen: true, OwesItsEnd: true } told => Recovery.EndHold(
                state with { Outage = told with { BackAt = Later(at, told.Since), HoldEndsAt = now } }, context, now),
            { NeverSeen: true } quiet => state with { Outage = null, RecoveredAt = quiet.Muted ? now : state.RecoveredAt },
            _ => state,
        };
    }
}
