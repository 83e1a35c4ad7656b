namespace IoTOrleans.Contracts;

/// <summary>The connect failures during an outage that are known: there were at least so many.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.ConnectFailures")]
public sealed record ConnectFailures
{
    [Id(0)] public required int Count { get; init; }

    /// <summary>Of the last one.</summary>
    [Id(1)] public string? Reason { get; init; }

    /// <summary>When the first one happened.</summary>
    [Id(2)] public required DateTimeOffset Since { get; init; }

    /// <summary>Time stamp of the last one. An older one has been counted, or is left out.</summary>
    [Id(3)] public required DateTimeOffset LastStamp { get; init; }
}
