namespace IoTOrleans.Silo.Events.Sqs;

/// <summary>For trouble that goes on: said at once, then once a minute for as long as it lasts.</summary>
internal sealed class SeldomWarning(TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private readonly Lock sync = new();
    private long? saidAt;

    /// <returns>True where it is time to say it (again).</returns>
    public bool IsDue()
    {
        lock (sync)
        {
            if (saidAt is { } at && time.GetElapsedTime(at) < Every) return false;
            saidAt = time.GetTimestamp();
            return true;
        }
    }

    /// <returns>True where there was trouble that was told of.</returns>
    public bool IsOver()
    {
        lock (sync)
        {
            if (saidAt is null) return false;
            saidAt = null;
            return true;
        }
    }
}
