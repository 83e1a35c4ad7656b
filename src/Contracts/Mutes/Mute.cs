namespace IoTOrleans.Contracts;

/// <summary>
/// Notifies nobody of some things for a while. Exactly one of <see cref="Thing"/>, <see cref="Glob"/> and <see cref="Attribute"/> is set,
/// and exactly one of <see cref="Until"/> and <see cref="UntilRecovered"/>.
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

    /// <summary>For each thing until an outage that outlasted its grace has ended.</summary>
    [Id(6)] public bool UntilRecovered { get; init; }

    [Id(7)] public string? Comment { get; init; }

    /// <summary>Who set it; null: not known.</summary>
    [Id(8)] public string? By { get; init; }

    /// <summary>Limits a mute until recovery, so that a forgotten one does not mute for ever.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    public bool HasEnded(DateTimeOffset now) => (Until ?? From + Longest) <= now;
}

[GenerateSerializer, Immutable, Alias("IoTOrleans.AttributeMatch")]
public sealed record AttributeMatch([property: Id(0)] string Name, [property: Id(1)] string Value);

/// <summary>All mutes at one moment: what is stored, and what each silo has a copy of.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.MuteList")]
public sealed record MuteList
{
    /// <summary>Changes with every change of the list.</summary>
    [Id(0)] public long Revision { get; init; }

    [Id(1)] public IReadOnlyList<Mute> Mutes { get; init; } = [];
}
