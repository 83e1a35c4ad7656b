namespace IoTOrleans.Grains.Fleet;

/// <summary>How much is kept in memory to save reads of storage. Where memory is small, less is kept and more is read.</summary>
/// <param name="Noted">Things on a silo's board.</param>
/// <param name="Remembered">Reports of which it is known which one is the newer.</param>
/// <param name="Changes">Things whose last change can be told.</param>
internal sealed record FleetLimits(int Noted, int Remembered, int Changes)
{
    /// <summary>About 10 MB (seconds of full load without an answer), 8 MB (20 s of 5,000 events a second), and 4 MB.</summary>
    public static readonly FleetLimits Largest = new(20_000, 100_000, 8192);

    private const long EnoughMemory = 512L * 1024 * 1024;

    public static FleetLimits OfThisProcess => Of(GC.GetGCMemoryInfo(GCKind.Any).TotalAvailableMemoryBytes);

    /// <param name="memory">What the heap may take, in bytes.</param>
    public static FleetLimits Of(long memory) =>
        new(Part(Largest.Noted, memory), Part(Largest.Remembered, memory), Part(Largest.Changes, memory));

    /// <summary>At least a thirtieth: a batch of reports fits, and silos with open streams read twice a second.</summary>
    private static int Part(int most, long memory) => (int)(most * Math.Clamp(memory, EnoughMemory / 30, EnoughMemory) / EnoughMemory);
}
