namespace IoTOrleans.Contracts;

/// <summary>What is stored of one destination. Of members only hashes, once they are counted: before that, they ask again.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.DispatchState")]
public sealed record DispatchState
{
    /// <summary>Notifications that went out by themselves within the last minutes, oldest first.</summary>
    [Id(0)] public IReadOnlyList<ToldSingly> Singles { get; init; } = [];

    /// <summary>Oldest first.</summary>
    [Id(1)] public IReadOnlyList<Incident> Incidents { get; init; } = [];

    /// <summary>IDs of stored pages that belong to no batch: not complete yet, lost with their silo, or not needed any more.</summary>
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

    [Id(3)] public DateTimeOffset At { get; init; }
}
