using System.Text.Json.Nodes;
using IoTOrleans.Grains.Logging;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Silo.Notifications.Text;

namespace IoTOrleans.Silo.Notifications.PagerDuty;

/// <summary>What the Events API v2 takes; written in snake_case.</summary>
internal sealed record PagerDutyEvent(string RoutingKey, string EventAction, string DedupKey)
{
    internal const int LongestSummary = 1024;

    public PagerDutyPayload? Payload { get; init; }

    public IReadOnlyList<PagerDutyLink>? Links { get; init; }

    public string? Client { get; init; }

    public string? ClientUrl { get; init; }

    public static PagerDutyEvent Of(Notification n, NotificationText text, PagerDutyOptions options)
    {
        if (n.Event.IsEnd()) return Resolve(n.OutageId, options);
        var source = Characters.Printable(n.ThingName);
        return Trigger(n.OutageId, text.Link(n), source, options) with
        {
            Payload = new(
                text.Subject(n, LongestSummary, ascii: false),
                source,
                n.IsTest ? "info" : options.Severity,
                Rfc3339.Of(n.DetectedAt),
                text.Cluster,
                n.Event.Name(),
                JsonNode.Parse(text.MachineJson(n))),
        };
    }

    /// <summary>The source is the whole fleet: one of its things would be as wrong as any other.</summary>
    public static PagerDutyEvent Trigger(FleetNotification n, NotificationText text, PagerDutyOptions options) =>
        Trigger(n.IncidentId, text.LinkToAll, text.Cluster, options) with
        {
            Payload = new(
                text.Subject(n),
                text.Cluster,
                options.Severity,
                Rfc3339.Of(n.StartedAt),
                text.Cluster,
                n.Event.Name(),
                JsonNode.Parse(text.MachineJson(n))),
        };

    public static PagerDutyEvent Resolve(string id, PagerDutyOptions options) => new(options.RoutingKey, "resolve", id);

    private static PagerDutyEvent Trigger(string id, string? link, string name, PagerDutyOptions options) => new(options.RoutingKey, "trigger", id)
    {
        Links = link is null ? null : [new(link, name)],
        Client = "IoTOrleans",
        ClientUrl = link,
    };
}

internal sealed record PagerDutyPayload(
    string Summary, string Source, string Severity, string Timestamp, string Group, string Class, JsonNode? CustomDetails);

internal sealed record PagerDutyLink(string Href, string Text);
