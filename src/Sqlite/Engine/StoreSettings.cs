namespace IoTOrleans.Sqlite.Engine;

/// <summary>Sizes that fit every use we know; not options, because nobody was seen to need others. Tests take smaller ones.</summary>
internal sealed record StoreSettings
{
    public static readonly StoreSettings Default = new();

    /// <summary>Writes, and likewise reads, accepted and not yet done. Some 4 MB of 1 KB states, a fraction of a second's work.</summary>
    public int QueueCapacity { get; init; } = 4096;

    /// <summary>Writes in one transaction: more would only make the first of them wait longer, the sync is well shared by then.</summary>
    public int MaxGroup { get; init; } = 512;

    /// <summary>Two, so that the re-read of a whole reminder range does not hold up the grains that wake meanwhile.</summary>
    public int Readers { get; init; } = 2;

    /// <summary>
    /// How long to wait for another holder of the write lock (the sqlite3 shell, a backup): well within Orleans' 30 s for a call.
    /// </summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
