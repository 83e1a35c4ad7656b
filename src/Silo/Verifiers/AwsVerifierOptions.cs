namespace IoTOrleans.Silo.Verifiers;

/// <summary>How the AWS IoT data plane is asked, whatever it is asked for.</summary>
internal sealed record AwsVerifierOptions
{
    public string? ShadowName { get; init; }

    /// <summary>Of this silo. AWS allows an account 4,000 shadow calls a second or fewer, and devices need them, too.</summary>
    public int MaxPerSecond { get; init; } = 200;

    public int MaxConcurrency { get; init; } = 64;

    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For one request, with the wait for a turn and all attempts.</summary>
    public TimeSpan TotalTimeout { get; init; } = TimeSpan.FromSeconds(18);
}
