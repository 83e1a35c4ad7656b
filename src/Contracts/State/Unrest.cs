namespace IoTOrleans.Contracts;

/// <summary>The latest drops and returns of a thing; dropped after an hour without any.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.Unrest")]
public sealed record Unrest
{
    /// <summary>When it last came back.</summary>
    [Id(0)] public DateTimeOffset? BackAt { get; init; }

    /// <summary>How many returns, each within an hour of the one before it, came after the first of them.</summary>
    [Id(1)] public int Further { get; init; }

    /// <summary>
    /// Epoch seconds of the drops, oldest first, that ended within their grace and within half an hour of the latest return. Empty after
    /// one that did not, and while the thing is flapping.
    /// </summary>
    [Id(2)] public IReadOnlyList<long> Drops { get; init; } = [];
}
