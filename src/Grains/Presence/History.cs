using IoTOrleans.Contracts;

namespace IoTOrleans.Grains.Presence;

/// <summary>The thing's short memory of what happened to it and why, and how long its outages last.</summary>
internal static class History
{
    /// <summary>One ring serves history and "why": long enough to tell two outages from drop to recovery.</summary>
    internal const int RingSize = 8;

    public static DeviceState Add(DeviceState state, PresenceReason reason, DateTimeOffset at)
    {
        var entry = new RingEntry(at.ToUnixTimeSeconds(), reason);
        return state with { Ring = [.. state.Ring.TakeLast(RingSize - 1), entry] };
    }

    /// <summary>Counts an outage in its log₂ bucket.</summary>
    public static IReadOnlyList<int> Count(IReadOnlyList<int> durations, TimeSpan duration)
    {
        var bucket = duration.TotalSeconds < 2 ? 0 : (int)Math.Log2(duration.TotalSeconds);
        var counts = new int[Math.Max(durations.Count, bucket + 1)];
        for (var i = 0; i < durations.Count; i++) counts[i] = durations[i];
        counts[bucket]++;
        return counts;
    }
}
