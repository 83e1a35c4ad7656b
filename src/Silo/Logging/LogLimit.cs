namespace IoTOrleans.Silo.Logging;

/// <summary>For lines that a stranger could cause as often as they like: one per interval, the rest counted.</summary>
internal sealed class LogLimit(TimeProvider time, TimeSpan interval)
{
    private readonly Lock gate = new();
    private long? lastAt;
    private long unlogged;

    /// <param name="unlogged">How many were kept back since the last line.</param>
    internal bool ShouldLog(out long unlogged)
    {
        lock (gate)
        {
            if (lastAt is { } last && time.GetElapsedTime(last) < interval)
            {
                unlogged = ++this.unlogged;
                return false;
            }

            lastAt = time.GetTimestamp();
            unlogged = this.unlogged;
            this.unlogged = 0;
            return true;
        }
    }
}
