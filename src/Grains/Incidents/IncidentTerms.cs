namespace IoTOrleans.Grains.Incidents;

internal sealed record IncidentTerms
{
    /// <summary>Between two publications of an incident, except the first, the last and those about new members.</summary>
    internal static readonly TimeSpan UpdateEvery = TimeSpan.FromMinutes(5);

    public int CollapseAbove { get; init; } = 5;

    public TimeSpan GroupWindow { get; init; } = TimeSpan.FromSeconds(30);

    public DestinationTerms Destination { get; init; } = DestinationTerms.Default;

    /// <summary>Hashes in a page: 80 KB, stored as 107 KB. An item of DynamoDB holds 400 KB.</summary>
    public int PageSize { get; init; } = 10_000;

    /// <summary>Hashes in the state itself, of all batches together: stored as 32 KB.</summary>
    public int MostInState { get; init; } = 4_000;

    /// <summary>100 MB. Further members are not kept: they ask again.</summary>
    public int MostWaiting { get; init; } = 1_000_000;

    /// <summary>From the first member to its publication, so that one message has most of them.</summary>
    public TimeSpan Settle => Earlier(GroupWindow, TimeSpan.FromSeconds(10));
}
