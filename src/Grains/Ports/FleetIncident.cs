namespace IoTOrleans.Grains.Ports;

/// <summary>An incident that is not over.</summary>
/// <param name="Incident">As it would be told now, at the destination that counts most members.</param>
/// <param name="Destinations">Those that have it.</param>
public sealed record FleetIncident(FleetNotification Incident, IReadOnlyList<string> Destinations);
