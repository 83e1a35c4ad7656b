namespace IoTOrleans.Contracts;

/// <summary>
/// For a while nobody is told of some things: they are watched, shown and counted. Exactly one of <see cref="Thing"/>,
/// <see cref="Glob"/> and <see cref="Attribute"/>, exactly one of <see cref="Until"/> and <see cref="UntilRecovered"/>.
/// </summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.Mute")]
public sealed record Mute
{
    [Id(0)] public required string Id { get; init; }

    [Id(1)] public string? Thing { get; init; }

    /// <summary>On the whole thing name, as in policies: <c>*</c> any characters, <c>?</c> one.</summary>
    [Id(2)] public string? Glob { get; init; }

    [Id(3)] public AttributeMatch? Attribute { get; init; }

    [Id(4)] public required DateTimeOffset From { get; init; }

    [Id(5)] public DateTimeOffset? Until { get; init; }

    /// <summary>For each thing until it has come back from an absence that outlasted its grace, and has stayed.</summary>
    [Id(6)] public bool UntilRecovered { get; init; }

    [Id(7)] public string? Comment { get; init; }

    /// <summary>A mute that nobody remembers must not silence anything for good.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    /// <summary>From here on it mutes nothing, whatever becomes of its things.</summary>
    public bool HasEnded(DateTimeOffset now) => (Until ?? From + Longest) <= now;
}

[GenerateSerializer, Immutable, Alias("IoTOrleans.AttributeMatch")]
public sealed record AttributeMatch([property: Id(0)] string Name, [property: Id(1)] string Value);

/// <summary>All mutes at one moment: what is stored of them, and what each silo has a copy of.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.MuteList")]
public sealed record MuteList
{
    /// <summary>Another number: another list.</summary>
    [Id(0)] public long Revision { get; init; }

    [Id(1)] public IReadOnlyList<Mute> Mutes { get; init; } = Array.Empty<Mute>();
}
