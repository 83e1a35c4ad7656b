namespace IoTOrleans.DynamoDB.Client;

/// <summary>How long is tried; not options, because Orleans' own 30 s for a call stand behind them. Tests take smaller ones.</summary>
internal sealed record RetrySettings
{
    public static readonly RetrySettings Default = new();

    /// <summary>All attempts of one call together: two calls in a row (a write and its read-back) still end within Orleans' 30 s.</summary>
    public TimeSpan CallLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>DynamoDB answers within some 10 ms; a connection that died without a word must not take the whole limit.</summary>
    public TimeSpan AttemptLimit { get; init; } = TimeSpan.FromSeconds(3);

    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(50);

    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A new table is active after some 10 s on AWS.</summary>
    public TimeSpan TableLimit { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Doubles from attempt to attempt; half of it by chance, so that those who were refused together do not come back together.
    /// </summary>
    public TimeSpan PauseAfter(int attempts)
    {
        var longest = Math.Min(LongestPause.TotalSeconds, FirstPause.TotalSeconds * Math.Pow(2, attempts - 1));
        return TimeSpan.FromSeconds(longest * (0.5 + Random.Shared.NextDouble() / 2));
    }
}
