namespace IoTOrleans.Silo.Verifiers;

internal sealed class ShadowVerifierOptions
{
    /// <summary><c>Verify:ShadowName</c>; null: the classic shadow.</summary>
    public string? ShadowName { get; set; }

    /// <summary>
    /// <c>Verify:MaxPerSecond</c>, of this silo. AWS allows an account 4,000 shadow calls a second, fewer in smaller regions, and the
    /// devices need them, too. Default: 200.
    /// </summary>
    public int MaxPerSecond { get; set; } = 200;

    /// <summary>Questions under way at once. Default: 64.</summary>
    public int MaxConcurrency { get; set; } = 64;

    /// <summary>For each attempt. Default: 5 s.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>For one answer, the wait for a turn and all attempts included. Default: 18 s.</summary>
    public TimeSpan TotalTimeout { get; set; } = TimeSpan.FromSeconds(18);
}
