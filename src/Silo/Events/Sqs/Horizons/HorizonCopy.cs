using System.Diagnostics.Metrics;
using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Silo.Events.Sqs.Horizons;

/// <summary>This silo's copy of how far the cluster has read the queue. An old one is none: after a pause, or cut off, we know nothing.</summary>
internal sealed class HorizonCopy
{
    internal static readonly TimeSpan Lasts = TimeSpan.FromSeconds(15);

    private readonly TimeProvider time;
    private readonly DateTimeOffset began;
    private volatile Copy? copy;
    private long knownUntil;

    public HorizonCopy(TimeProvider time, IMeterFactory meters)
    {
        (this.time, began) = (time, time.GetUtcNow());
        meters.Create("IoTOrleans").CreateObservableGauge(
            "iot_orleans.sqs.behind", () => Behind.TotalSeconds, "s", "How old the newest moment is up to which everything in the queue has been stored.");
    }

    /// <summary>How long ago we last knew everything; at most since this silo began.</summary>
    public TimeSpan Behind => time.GetUtcNow() - new DateTimeOffset(Math.Max(Interlocked.Read(ref knownUntil), began.UtcTicks), TimeSpan.Zero);

    public Horizon Current => copy is { } last && time.GetElapsedTime(last.At) <= Lasts ? last.Horizon : Horizon.Unknown;

    /// <param name="asOf">Monotonic time at which it was asked for: the silo may have slept before it heard the answer.</param>
    public void Set(Horizon horizon, long asOf)
    {
        copy = new Copy(horizon, asOf);
        if (horizon.SeenUntil?.UtcTicks is { } seen && seen > Interlocked.Read(ref knownUntil)) Interlocked.Exchange(ref knownUntil, seen);
    }

    private sealed record Copy(Horizon Horizon, long At);
}
