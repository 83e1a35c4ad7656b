using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Silo.Events.Sqs.Horizons;

/// <summary>This silo's copy of how far the cluster has read the queue. An old one is none: after a pause, or cut off, we know nothing.</summary>
internal sealed class HorizonCopy(TimeProvider time)
{
    internal static readonly TimeSpan Lasts = TimeSpan.FromSeconds(15);

    private volatile Copy? copy;

    public Horizon Current => copy is { } last && time.GetElapsedTime(last.At) <= Lasts ? last.Horizon : Horizon.Unknown;

    /// <param name="asOf">Monotonic time at which it was asked for: the silo may have slept before it heard the answer.</param>
    public void Set(Horizon horizon, long asOf) => copy = new Copy(horizon, asOf);

    private sealed record Copy(Horizon Horizon, long At);
}
