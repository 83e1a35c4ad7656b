namespace IoTOrleans.DynamoDB.Client;

/// <summary>Not options, because all must fit into Orleans' 30 s for a call. Tests use smaller values.</summary>
internal sealed record RetrySettings
{
    public static readonly RetrySettings Default = new();

    /// <summary>For all attempts of one call: two calls in a row (a write and its read-back) still end within Orleans' 30 s.</summary>
    public TimeSpan CallLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>DynamoDB answers within about 10 ms. A connection that died unnoticed must not use up the whole limit.</summary>
    public TimeSpan AttemptLimit { get; init; } = TimeSpan.FromSeconds(3);

    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(50);

    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>On AWS a new table is active after about 10 s.</summary>
    public TimeSpan TableLimit { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Doubles from attempt to attempt. Half of it is random, so that callers refused together do not return together.</summary>
    public TimeSpan PauseAfter(int attempts)
    {
        var longest = Math.Min(LongestPause.TotalSeconds, FirstPause.TotalSeconds * Math.Pow(2, attempts - 1));
        return TimeSpan.FromSeconds(longest * (0.5 + Random.Shared.NextDouble() / 2));
    }
}
