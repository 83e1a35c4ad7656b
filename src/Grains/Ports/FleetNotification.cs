namespace IoTOrleans.Grains.Ports;

/// <summary>One publication of an incident. Each destination makes its own text of it.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.FleetNotification")]
public sealed record FleetNotification
{
    [Id(0)] public required FleetEvent Event { get; init; }

    [Id(1)] public required string IncidentId { get; init; }

    /// <summary>Which publication of this incident, from 1.</summary>
    [Id(2)] public required int Number { get; init; }

    /// <summary>Members so far, without outages that were notified one by one.</summary>
    [Id(3)] public required int Count { get; init; }

    [Id(4)] public required int Back { get; init; }

    /// <summary>Known things; null: not counted.</summary>
    [Id(5)] public int? Total { get; init; }

    /// <summary>The first disconnect; with only returns, the first return.</summary>
    [Id(6)] public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The last disconnect; of <see cref="FleetEvent.FleetRecovered"/> the last return.</summary>
    [Id(7)] public required DateTimeOffset LastAt { get; init; }

    [Id(8)] public required bool Growing { get; init; }

    [Id(9)] public required IReadOnlyDictionary<string, int> Reasons { get; init; }

    /// <summary>Members by attribute, <c>name=value</c>.</summary>
    [Id(10)] public required IReadOnlyDictionary<string, int> Attributes { get; init; }

    /// <summary>Up to 20 names; first those that joined since the last publication, newest first.</summary>
    [Id(11)] public required IReadOnlyList<string> Things { get; init; }

    /// <summary>Returns after outages that were notified one by one: there was no <c>fleet.outage</c> before.</summary>
    [Id(12)] public bool OnlyReturns { get; init; }

    /// <summary>Members that joined since the publication before; in the first one all of them.</summary>
    [Id(13)] public int Joined { get; init; }

    /// <summary>Members that were forgotten before they came back.</summary>
    [Id(14)] public int Removed { get; init; }

    /// <summary>The same in all repeats: <c>{incidentId}.{event}[.{n}]</c>.</summary>
    public string Key =>
        Number == 1 || Event == FleetEvent.FleetRecovered ? $"{IncidentId}.{Event.Name()}" : $"{IncidentId}.{Event.Name()}.{Number}";
}

[GenerateSerializer, Alias("IoTOrleans.FleetEvent")]
public enum FleetEvent
{
    FleetOutage = 0,
    FleetRecovered = 1,
}

public static class FleetEventNames
{
    public static string Name(this FleetEvent fleetEvent) => fleetEvent switch
    {
        FleetEvent.FleetOutage => "fleet.outage",
        FleetEvent.FleetRecovered => "fleet.recovered",
        _ => throw new ArgumentOutOfRangeException(nameof(fleetEvent), fleetEvent, null),
    };
}
