using System.Text.Json;
using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Silo.Notifications.Text;

/// <summary>What programs get of an incident. Fields are only ever added, never renamed; nulls are written.</summary>
internal sealed record FleetBody
{
    public int SchemaVersion { get; } = 1;

    public required string Event { get; init; }

    public required string IncidentId { get; init; }

    public required int Count { get; init; }

    public required int Back { get; init; }

    public required int? Total { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset LastAt { get; init; }

    public required bool Growing { get; init; }

    public required IReadOnlyDictionary<string, int> Reasons { get; init; }

    public required IReadOnlyDictionary<string, int> Attributes { get; init; }

    public required IReadOnlyList<string> Things { get; init; }

    public required int Joined { get; init; }

    public required int Removed { get; init; }

    public required MachineBody.BodySource Source { get; init; }

    public required string? Url { get; init; }

    public required string Text { get; init; }

    public static string Json(FleetNotification n, string cluster, string? region, string? url, string text) => JsonSerializer.Serialize(
        new FleetBody
        {
            Event = n.Event.Name(),
            IncidentId = n.IncidentId,
            Count = n.Count,
            Back = n.Back,
            Total = n.Total,
            StartedAt = n.StartedAt,
            LastAt = n.LastAt,
            Growing = n.Growing,
            Reasons = n.Reasons,
            Attributes = n.Attributes,
            Things = n.Things,
            Joined = n.Joined,
            Removed = n.Removed,
            Source = new MachineBody.BodySource(cluster, region),
            Url = url,
            Text = text,
        },
        MachineBody.Options);
}
