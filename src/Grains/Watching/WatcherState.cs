namespace IoTOrleans.Grains.Watching;

/// <summary>Fields are only ever added.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.WatcherState")]
public sealed record WatcherState
{
    /// <summary>The time of not knowing that is running, or of whose end somebody has still to hear; null: all is well.</summary>
    [Id(0)] public Blindness? Blindness { get; init; }
}

[GenerateSerializer, Immutable, Alias("IoTOrleans.Blindness")]
public sealed record Blindness
{
    /// <summary>Not having known for this long is told; shorter is what restarts and busy minutes look like.</summary>
    public static readonly TimeSpan After = TimeSpan.FromMinutes(5);

    [Id(0)] public required string Id { get; init; }

    /// <summary>Up to when was known what happened.</summary>
    [Id(1)] public required DateTimeOffset Since { get; init; }

    [Id(2)] public required DateTimeOffset DetectedAt { get; init; }

    /// <summary>When we knew again; null: we do not.</summary>
    [Id(3)] public DateTimeOffset? EndedAt { get; init; }

    /// <summary>By destination name.</summary>
    [Id(4)] public IReadOnlyDictionary<string, BlindnessTold> Told { get; init; } = new Dictionary<string, BlindnessTold>();
}

[GenerateSerializer, Immutable, Alias("IoTOrleans.BlindnessTold")]
public sealed record BlindnessTold
{
    /// <summary>It has accepted <c>watcher.blind</c>.</summary>
    [Id(0)] public bool Blind { get; init; }

    /// <summary>Not before then is it told anything again.</summary>
    [Id(1)] public DateTimeOffset? NotBefore { get; init; }
}
