namespace IoTOrleans.Grains.Rounds;

/// <summary>The settings <c>Presence:SweepEvery</c> and <c>Verify:AuditEvery</c>.</summary>
public sealed class RoundOptions
{
    public const string Sweep = "sweep";
    public const string Audit = "audit";

    private static readonly TimeSpan Least = TimeSpan.FromHours(1);

    /// <summary>How often all things are looked through for a reminder that got lost; 0 (never) or 1 h to 30 d. Default: 1 d.</summary>
    public TimeSpan SweepEvery { get; set; } = TimeSpan.FromDays(1);

    /// <summary>
    /// How often the verifier is asked about each thing that is taken to be connected; 0 (never) or 1 h to 365 d. Default: 0.
    /// </summary>
    public TimeSpan AuditEvery { get; set; }

    /// <summary>Questions that an audit asks in a second, at most. Default: 20.</summary>
    public int AuditPerSecond { get; set; } = 20;

    /// <summary>Names of the rounds that are made.</summary>
    public IEnumerable<string> Made
    {
        get
        {
            if (SweepEvery > TimeSpan.Zero) yield return Sweep;
            if (AuditEvery > TimeSpan.Zero) yield return Audit;
        }
    }

    /// <summary>Returns one line per mistake: the setting, what is wrong, what to write instead.</summary>
    public IEnumerable<string> Check()
    {
        if (IsWrong(SweepEvery, TimeSpan.FromDays(30))) yield return "Presence:SweepEvery must be 0 (off) or 1h to 30d.";
        if (IsWrong(AuditEvery, TimeSpan.FromDays(365))) yield return "Verify:AuditEvery must be 0 (off) or 1h to 365d.";
    }

    private static bool IsWrong(TimeSpan every, TimeSpan most) => every != TimeSpan.Zero && (every < Least || every > most);
}
