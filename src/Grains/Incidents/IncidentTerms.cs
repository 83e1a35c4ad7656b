namespace IoTOrleans.Grains.Incidents;

/// <summary>What holds for one destination.</summary>
internal sealed record IncidentTerms
{
    /// <summary>Between two publications of an incident, but for its first and its last, and for one about new members.</summary>
    internal static readonly TimeSpan UpdateEvery = TimeSpan.FromMinutes(5);

    public int CollapseAbove { get; init; } = 5;

    public TimeSpan GroupWindow { get; init; } = TimeSpan.FromSeconds(30);

    public DestinationTerms Destination { get; init; } = DestinationTerms.Default;

    /// <summary>Hashes in a page: 80 KB, 107 KB as it is stored. An item of DynamoDB holds 400 KB.</summary>
    public int PageSize { get; init; } = 10_000;

    /// <summary>Hashes in the state itself, of all batches together: 32 KB as they are stored.</summary>
    public int MostInState { get; init; } = 4_000;

    /// <summary>Who wait beyond these are not remembered: they ask again when those are told. 100 MB.</summary>
    public int MostWaiting { get; init; } = 1_000_000;

    /// <summary>From the first news to its publication, so that one message has most of it.</summary>
    public TimeSpan Settle => GroupWindow < LongestSettle ? GroupWindow : LongestSettle;

    private static readonly TimeSpan LongestSettle = TimeSpan.FromSeconds(10);
}
