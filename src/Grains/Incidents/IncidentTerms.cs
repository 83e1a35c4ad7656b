using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Grains.Incidents;

/// <summary>What holds for one destination.</summary>
internal sealed record IncidentTerms
{
    /// <summary>Between two publications of an incident, but for its first and its last.</summary>
    internal static readonly TimeSpan UpdateEvery = TimeSpan.FromMinutes(5);

    /// <summary>One item of DynamoDB holds 400 KB; a member is eight characters.</summary>
    internal const int MostPerBatch = 20_000;

    public int CollapseAbove { get; init; } = 5;

    public TimeSpan GroupWindow { get; init; } = TimeSpan.FromSeconds(30);

    public DestinationTerms Destination { get; init; } = DestinationTerms.Default;

    /// <summary>From the first news to its publication, so that one message has most of it.</summary>
    public TimeSpan Settle => GroupWindow < LongestSettle ? GroupWindow : LongestSettle;

    private static readonly TimeSpan LongestSettle = TimeSpan.FromSeconds(10);
}
