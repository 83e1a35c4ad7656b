namespace IoTOrleans.Grains.Ports;

/// <summary>The daily list. Each destination makes its own text of it.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.FleetSummary")]
public sealed record FleetSummary
{
    public const string Event = "fleet.summary";

    /// <summary>The same in every repeat, but different for each cluster, destination and day: mailboxes drop what they know.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>The day in the destination's time zone.</summary>
    [Id(1)] public required DateOnly Date { get; init; }

    [Id(2)] public required DateTimeOffset ListedAt { get; init; }

    /// <summary>When the list before it was read: what has gone offline since then is new.</summary>
    [Id(3)] public required DateTimeOffset NewSince { get; init; }

    /// <summary>All offline things, new or not, notified or muted.</summary>
    [Id(4)] public required int Count { get; init; }

    [Id(5)] public required int New { get; init; }

    [Id(6)] public required int Muted { get; init; }

    /// <summary>Longest first, not more than <see cref="MostThings"/>.</summary>
    [Id(7)] public required IReadOnlyList<SummaryThing> Things { get; init; }

    /// <summary>Drops since the list before that ended within their grace, in histories of things that are not well.</summary>
    [Id(8)] public required int KeptQuiet { get; init; }

    /// <summary>Of the same things those that dropped most, most first.</summary>
    [Id(9)] public required IReadOnlyList<FlakyThing> Flakiest { get; init; }

    public const int MostThings = 200;

    public const int MostFlaky = 5;
}

/// <param name="NotifiedAt">When somebody was first told of this outage, if this destination was; else null.</param>
[GenerateSerializer, Immutable, Alias("IoTOrleans.SummaryThing")]
public sealed record SummaryThing(
    [property: Id(0)] string ThingName, [property: Id(1)] DateTimeOffset Since, [property: Id(2)] DateTimeOffset? NotifiedAt,
    [property: Id(3)] bool Muted, [property: Id(4)] bool IsNew);

/// <param name="Drops">Since the list before, at least.</param>
/// <param name="Durations">Of all its outages so far, as <see cref="Contracts.DeviceState.Durations"/>.</param>
[GenerateSerializer, Immutable, Alias("IoTOrleans.FlakyThing")]
public sealed record FlakyThing(
    [property: Id(0)] string ThingName, [property: Id(1)] int Drops, [property: Id(2)] IReadOnlyList<int> Durations);
