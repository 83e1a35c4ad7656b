namespace IoTOrleans.Grains.Watching;

/// <summary>What one silo knows that the others cannot see, for the page that people look at.</summary>
/// <param name="HeldVerdicts">Things on it whose first verdict is deferred.</param>
[GenerateSerializer, Immutable, Alias("IoTOrleans.SiloReport")]
public sealed record SiloReport(
    [property: Id(0)] string Silo, [property: Id(1)] int HeldVerdicts,
    [property: Id(2)] IReadOnlyList<DestinationReport> Destinations);

/// <param name="LastAcceptedAt">Null: nothing since the start.</param>
/// <param name="RefusingSince">Null: it does not refuse.</param>
/// <param name="FailingSince">Null: it does not fail, or not for long.</param>
/// <param name="OwedSince">Since when it fails or refuses while something waits for it; null: nothing waits, or not for long.</param>
[GenerateSerializer, Immutable, Alias("IoTOrleans.DestinationReport")]
public sealed record DestinationReport(
    [property: Id(0)] string Name, [property: Id(1)] DateTimeOffset? LastAcceptedAt, [property: Id(2)] DateTimeOffset? RefusingSince,
    [property: Id(3)] DateTimeOffset? FailingSince, [property: Id(4)] DateTimeOffset? OwedSince = null);

/// <summary>The reports of all silos as one: it looks the same from every silo.</summary>
/// <param name="Silent">Silos of the cluster that say nothing: how their destinations are is not known. Null: nobody looked.</param>
[GenerateSerializer, Immutable, Alias("IoTOrleans.ClusterReport")]
public sealed record ClusterReport(
    [property: Id(0)] int HeldVerdicts, [property: Id(1)] IReadOnlyList<DestinationReport> Destinations,
    [property: Id(2)] IReadOnlyList<string>? Silent = null);
