using System.Text.Json.Serialization;

namespace IoTOrleans.Contracts;

/// <summary>The imports that are under way, and the last ones that are done; oldest first.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.ImportsState")]
public sealed record ImportsState
{
    [Id(0)] public IReadOnlyList<Import> Imports { get; init; } = [];

    /// <summary>Not done at once.</summary>
    public const int Most = 16;
}

/// <summary>A list of thing names, and how far it has come. The names are in pages of their own.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.Import")]
public sealed record Import
{
    /// <summary>22 characters.</summary>
    [Id(0)] public required string Id { get; init; }

    [Id(1)] public ImportPhase Phase { get; init; }

    [Id(2)] public int Pages { get; init; }

    /// <summary>The things of these are counted below. Those of the next page may be asked about again after a crash.</summary>
    [Id(3)] public int PagesDone { get; init; }

    /// <summary>Names in all pages.</summary>
    [Id(4)] public int Read { get; init; }

    [Id(5)] public ImportCounts Counts { get; init; }

    /// <summary>When names last came in.</summary>
    [Id(6)] public DateTimeOffset ReadAt { get; init; }

    /// <summary>Who sent it; null: not known.</summary>
    [Id(7)] public string? By { get; init; }
}

/// <summary>What became of the names.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.ImportCounts")]
public readonly record struct ImportCounts(
    [property: Id(0)] int Connected, [property: Id(1)] int Offline, [property: Id(2)] int Unknown)
{
    [JsonIgnore] public int Asked => Connected + Offline + Unknown;

    public static ImportCounts operator +(ImportCounts a, ImportCounts b) =>
        new(a.Connected + b.Connected, a.Offline + b.Offline, a.Unknown + b.Unknown);
}

[GenerateSerializer, Alias("IoTOrleans.ImportPhase")]
public enum ImportPhase
{
    /// <summary>Names come in.</summary>
    Reading = 0,

    /// <summary>The list is complete and stored.</summary>
    Running = 1,

    Done = 2,

    /// <summary>The list never became complete: its pages are being deleted.</summary>
    Abandoned = 3,
}

[GenerateSerializer, Immutable, Alias("IoTOrleans.ImportPage")]
public sealed record ImportPage
{
    [Id(0)] public IReadOnlyList<string> Names { get; init; } = [];
}
