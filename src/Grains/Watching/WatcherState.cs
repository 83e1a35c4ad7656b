namespace IoTOrleans.Grains.Watching;

/// <summary>Fields are only ever added.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.WatcherState")]
public sealed record WatcherState
{
    /// <summary>The running blindness, or one whose end is still owed; null: none.</summary>
    [Id(0)] public Blindness? Blindness { get; init; }
}

[GenerateSerializer, Immutable, Alias("IoTOrleans.Blindness")]
public sealed record Blindness
{
    /// <summary>A shorter time may be a restart or a busy minute.</summary>
    public static readonly TimeSpan After = TimeSpan.FromMinutes(5);

    [Id(0)] public required string Id { get; init; }

    /// <summary>Until then it was known what happened.</summary>
    [Id(1)] public required DateTimeOffset Since { get; init; }

    [Id(2)] public required DateTimeOffset DetectedAt { get; init; }

    [Id(3)] public DateTimeOffset? EndedAt { get; init; }

    [Id(4)] public IReadOnlyDictionary<string, BlindnessTold> Told { get; init; } = new Dictionary<string, BlindnessTold>();
}

[GenerateSerializer, Immutable, Alias("IoTOrleans.BlindnessTold")]
public sealed record BlindnessTold
{
    /// <summary>It has accepted <c>watcher.blind</c>.</summary>
    [Id(0)] public bool Blind { get; init; }

    /// <summary>Nothing is sent to it before then.</summary>
    [Id(1)] public DateTimeOffset? NotBefore { get; init; }
}
