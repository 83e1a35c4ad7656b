namespace IoTOrleans.Contracts;

/// <summary>One burst of flapping. Its ID is not stored: it follows from the thing's name and <see cref="Since"/>.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.Flapping")]
public sealed record Flapping
{
    /// <summary>The first drop of the burst.</summary>
    [Id(0)] public required DateTimeOffset Since { get; init; }

    /// <summary>Written before the first notification goes out; null: the thing is muted.</summary>
    [Id(1)] public DateTimeOffset? Telling { get; init; }

    /// <summary>The drops so far that ended within their grace.</summary>
    [Id(2)] public int Drops { get; init; }

    /// <summary>Set when it is over: the thing has been connected for an hour since then.</summary>
    [Id(3)] public DateTimeOffset? CalmSince { get; init; }

    /// <summary>In here <see cref="Delivery.Offline"/> is <c>device.flapping</c>, and its recovery is <c>device.steady</c>.</summary>
    [Id(4)] public IReadOnlyDictionary<string, Delivery> Deliveries { get; init; } = ReadOnlyDictionary<string, Delivery>.Empty;
}
