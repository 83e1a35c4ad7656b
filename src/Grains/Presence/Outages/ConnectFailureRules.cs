namespace IoTOrleans.Grains.Presence;

/// <summary>
/// What AWS IoT's refusals to connect say about the running outage: the thing is powered and tries. Only their number is kept. No other
/// rule reads it, so it cannot change when an outage begins, ends or is notified.
/// </summary>
internal static class ConnectFailureRules
{
    /// <param name="failures">In the order of their time stamps.</param>
    /// <returns>The same state, if none of them counts.</returns>
    public static DeviceState Count(DeviceState state, IReadOnlyList<ConnectFailure> failures)
    {
        if (state.Outage is not { IsAway: true } outage) return state;
        var known = failures.Aggregate(outage.ConnectFailures, (counted, failure) => Count(counted, failure, outage.Since));
        if (ReferenceEquals(known, outage.ConnectFailures)) return state;
        return state with
        {
            Outage = outage with { ConnectFailures = known },

            // Only the first one is worth a write of its own, should this activation end before another write.
            Memory = outage.ConnectFailures is null ? state.Memory with { MarkMoved = true } : state.Memory,
        };
    }

    public static int CountOf(DeviceState state) => state.Outage?.ConnectFailures?.Count ?? 0;

    /// <summary>The stored item has no room for them, nor for what else only makes a notification more helpful.</summary>
    public static DeviceState Forget(DeviceState state) => state with
    {
        Outage = state.Outage is { } outage ? outage with { ConnectFailures = null, LastHeard = null } : null,
        Owing = [.. state.Owing.Select(owing => owing with { ConnectFailures = null, LastHeard = null })],
    };

    /// <summary>The outage turns out to have begun later.</summary>
    public static ConnectFailures? From(Outage outage, DateTimeOffset since) =>
        outage.ConnectFailures is { } known && known.Since >= since ? known : null;

    /// <summary>
    /// One that is not younger than the last one may be a repeat, so it is left out: the count may be too low, and never too high.
    /// </summary>
    private static ConnectFailures? Count(ConnectFailures? known, ConnectFailure failure, DateTimeOffset outageSince)
    {
        var time = EventTime.Of(failure);
        if (time.At < outageSince || time.Stamp <= known?.LastStamp) return known;
        return new()
        {
            Count = (known?.Count ?? 0) + 1,
            Reason = failure.Reason ?? known?.Reason,
            Since = known?.Since ?? time.At,
            LastStamp = time.Stamp,
        };
    }
}
