namespace IoTOrleans.Sqlite.Engine;

/// <summary>Not options, because these values fit every known use. Tests use smaller ones.</summary>
internal sealed record StoreSettings
{
    public static readonly StoreSettings Default = new();

    /// <summary>Writes, and separately reads, that are accepted and not done: 4 MB of 1 KB states, less than a second of work.</summary>
    public int QueueCapacity { get; init; } = 4096;

    /// <summary>Writes in one transaction. With more, the first write waits longer, and the sync is shared well enough already.</summary>
    public int MaxGroup { get; init; } = 512;

    /// <summary>Two, so that reading a whole reminder range does not hold up the grains that wake meanwhile.</summary>
    public int Readers { get; init; } = 2;

    /// <summary>How long to wait for another holder of the write lock (the sqlite3 shell, a backup). Orleans has 30 s for a call.</summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
