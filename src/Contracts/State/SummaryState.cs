namespace IoTOrleans.Contracts;

/// <summary>What is stored of the daily lists to one destination. Fields are only ever added.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.SummaryState")]
public sealed record SummaryState
{
    /// <summary>The last day that is done: its list was accepted, or nothing was offline. Null: no day yet.</summary>
    [Id(0)] public DateOnly? Done { get; init; }

    /// <summary>When the list of that day was read.</summary>
    [Id(1)] public DateTimeOffset? ListedAt { get; init; }
}
