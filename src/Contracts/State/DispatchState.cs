namespace IoTOrleans.Contracts;

/// <summary>
/// What is stored of one destination: whom it was told of singly a moment ago, and its incidents. Of members only hashes are stored, and
/// only once they are counted: things ask again every minute until they are told.
/// </summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.DispatchState")]
public sealed record DispatchState
{
    /// <summary>Admitted one by one within the last minutes, oldest first.</summary>
    [Id(0)] public IReadOnlyList<ToldSingly> Singles { get; init; } = [];

    /// <summary>Oldest first.</summary>
    [Id(1)] public IReadOnlyList<Incident> Incidents { get; init; } = [];

    /// <summary>
    /// Ids of pages that may be stored and that no batch names: of a batch that is being gathered, or was by a silo that died, or of one
    /// that is not needed any more. Kept until they are deleted.
    /// </summary>
    [Id(2)] public IReadOnlyList<string> LoosePages { get; init; } = [];

    /// <summary>
    /// The last members that were forgotten, so that none leaves its incident twice: 48 bits of a hash each, six bytes each, oldest first.
    /// </summary>
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
