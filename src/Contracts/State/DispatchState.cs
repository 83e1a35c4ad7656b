namespace IoTOrleans.Contracts;

/// <summary>
/// What is stored of one destination. Of members only hashes are stored, and only once they are counted: things ask again every minute
/// until their notification is accepted.
/// </summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.DispatchState")]
public sealed record DispatchState
{
    /// <summary>Notifications that went out by themselves within the last minutes, oldest first.</summary>
    [Id(0)] public IReadOnlyList<ToldSingly> Singles { get; init; } = [];

    /// <summary>Oldest first.</summary>
    [Id(1)] public IReadOnlyList<Incident> Incidents { get; init; } = [];

    /// <summary>
    /// IDs of pages that may be stored but belong to no batch: the batch is not complete yet, its silo died, or it is not needed any more.
    /// Kept until the pages are deleted.
    /// </summary>
    [Id(2)] public IReadOnlyList<string> LoosePages { get; init; } = [];

    /// <summary>The last forgotten members, so that none leaves its incident twice: 48-bit hashes, six bytes each, oldest first.</summary>
    [Id(3)] public byte[] Left { get; init; } = [];
}

[GenerateSerializer, Immutable, Alias("IoTOrleans.ToldSingly")]
public sealed record ToldSingly
{
    /// <summary>48 bits of the hash of the notification's key.</summary>
    [Id(0)] public long Hash { get; init; }

    /// <summary>A return; else an outage.</summary>
    [Id(1)] public bool Back { get; init; }

    /// <summary>When it fell due.</summary>
    [Id(2)] public DateTimeOffset Due { get; init; }

    /// <summary>When it was admitted.</summary>
    [Id(3)] public DateTimeOffset At { get; init; }
}
