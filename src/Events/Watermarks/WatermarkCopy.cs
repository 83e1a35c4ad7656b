namespace IoTOrleans.Events.Watermarks;

/// <summary>This silo's copy of how far the cluster has read the queue. An old copy counts as unknown, for example after a stall.</summary>
internal sealed class WatermarkCopy
{
    internal static readonly TimeSpan Lasts = TimeSpan.FromSeconds(15);

    private readonly TimeProvider _time;
    private readonly DateTimeOffset _began;
    private volatile Copy? _copy;
    private long _knownUntil;

    public WatermarkCopy(TimeProvider time, EventMetrics metrics)
    {
        (_time, _began) = (time, time.GetUtcNow());
        metrics.ObserveWatermark(() => Behind);
    }

    /// <summary>How old the newest known watermark is; at most as old as this silo.</summary>
    public TimeSpan Behind =>
        _time.GetUtcNow() - new DateTimeOffset(Math.Max(Interlocked.Read(ref _knownUntil), _began.UtcTicks), TimeSpan.Zero);

    public Watermark Current => _copy is { } last && _time.GetElapsedTime(last.At) <= Lasts ? last.Watermark : Watermark.Unknown;

    /// <param name="asOf">Monotonic time of the request: the silo may have stalled before the answer.</param>
    public void Set(Watermark watermark, long asOf)
    {
        _copy = new Copy(watermark, asOf);
        if (watermark.SeenUntil?.UtcTicks is not { } seen) return;
        if (seen > Interlocked.Read(ref _knownUntil)) Interlocked.Exchange(ref _knownUntil, seen);
    }

    private sealed record Copy(Watermark Watermark, long At);
}
