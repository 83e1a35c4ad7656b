namespace IoTOrleans.Fleet;

/// <summary>How many things take part.</summary>
/// <param name="Emulated">Where an emulator of AWS is the slowest part.</param>
/// <param name="Grace">Long enough for all drops of a storm to be stored before the first deadline.</param>
internal sealed record Scale(int Ingest, int Emulated, int Storm, int Restart, int Query, int Memory, TimeSpan Grace)
{
    public static Scale Full { get; } = new(20_000, 2_000, 20_000, 20_000, 20_000, 50_000, TimeSpan.FromSeconds(40));

    public static Scale Quick { get; } = new(4_000, 1_000, 2_000, 2_000, 4_000, 5_000, TimeSpan.FromSeconds(8));

    public override string ToString() =>
        $"{Ingest:N0} events ingested ({Emulated:N0} by an emulator), {Storm:N0} things in the storm, {Restart:N0} in the restart, "
            + $"{Query:N0} queries, {Memory:N0} things in memory";
}
