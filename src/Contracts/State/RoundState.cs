namespace IoTOrleans.Contracts;

/// <summary>How far a sweep or an audit has come.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.RoundState")]
public sealed record RoundState
{
    /// <summary>When the last round began; null: none has.</summary>
    [Id(0)] public DateTimeOffset? Begun { get; init; }

    [Id(1)] public bool Walking { get; init; }

    /// <summary>Of the next page; null: the first.</summary>
    [Id(2)] public string? Cursor { get; init; }
}
