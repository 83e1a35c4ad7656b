namespace IoTOrleans.Grains.Rounds;

/// <summary>The settings <c>Presence:SweepEvery</c> and <c>Verify:AuditEvery</c>.</summary>
public sealed class RoundOptions
{
    public const string Sweep = "sweep";
    public const string Audit = "audit";

    private static readonly TimeSpan Least = TimeSpan.FromHours(1);

    /// <summary>0 (never) or 1 h to 30 d. Default: 1 d.</summary>
    public TimeSpan SweepEvery { get; set; } = TimeSpan.FromDays(1);

    /// <summary>0 (never) or 1 h to 365 d. Default: 0.</summary>
    public TimeSpan AuditEvery { get; set; }

    /// <summary>The most questions per second. Default: 20.</summary>
    public int AuditPerSecond { get; set; } = 20;

    /// <summary>The most questions per second of all imports together. Default: 50.</summary>
    public int ImportPerSecond { get; set; } = 50;

    public IEnumerable<string> Made => new[] { (Name: Sweep, Every: SweepEvery), (Name: Audit, Every: AuditEvery) }
        .Where(round => round.Every > TimeSpan.Zero).Select(round => round.Name);

    /// <returns>One line per mistake: the setting and what to write instead.</returns>
    public IEnumerable<string> Check()
    {
        if (IsWrong(SweepEvery, TimeSpan.FromDays(30))) yield return "Presence:SweepEvery must be 0 (off) or 1h to 30d.";
        if (IsWrong(AuditEvery, TimeSpan.FromDays(365))) yield return "Verify:AuditEvery must be 0 (off) or 1h to 365d.";
    }

    private static bool IsWrong(TimeSpan every, TimeSpan most) => every != TimeSpan.Zero && (every < Least || every > most);
}
