namespace IoTOrleans.Contracts;

/// <summary>When the thing was last heard, as far as its keep-alive tells: not before the one moment, and not after the other.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.LastHeard")]
public sealed record LastHeard([property: Id(0)] DateTimeOffset NotBefore, [property: Id(1)] DateTimeOffset NotAfter);
