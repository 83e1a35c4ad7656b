using System.Text.Json.Nodes;
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
        if (n.Event.IsEnd()) return Resolve(n, options);
        var link = text.Link(n);
        return new(options.RoutingKey, "trigger", n.OutageId)
        {
            Payload = new(
                text.Subject(n, LongestSummary, ascii: false),
                Characters.Printable(n.ThingName),
                n.IsTest ? "info" : options.Severity,
                Rfc3339.Of(n.DetectedAt),
                text.Cluster,
                n.Event.Name(),
                JsonNode.Parse(text.MachineJson(n))),
            Links = link is null ? null : [new(link, Characters.Printable(n.ThingName))],
            Client = "IoTOrleans",
            ClientUrl = link,
        };
    }

    public static PagerDutyEvent Resolve(Notification n, PagerDutyOptions options) => new(options.RoutingKey, "resolve", n.OutageId);
}

internal sealed record PagerDutyPayload(
    string Summary, string Source, string Severity, string Timestamp, string Group, string Class, JsonNode? CustomDetails);

internal sealed record PagerDutyLink(string Href, string Text);
