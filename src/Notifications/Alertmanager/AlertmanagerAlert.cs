using System.Text.Json.Nodes;
using IoTOrleans.Notifications.Text;

namespace IoTOrleans.Notifications.Alertmanager;

/// <summary>An array of one alert. Labels identify it and never change; attributes and texts may change and are annotations.</summary>
internal static partial class AlertmanagerAlert
{
    /// <summary>How long an alert lasts without a new post: longer than any restart of this service.</summary>
    private static readonly TimeSpan Lasts = TimeSpan.FromDays(1);

    /// <summary>An incident's alert is not posted again while nothing changes; after 7 days the incident is forgotten here, too.</summary>
    private static readonly TimeSpan FleetLasts = TimeSpan.FromDays(7);

    private static readonly TimeSpan TestLasts = TimeSpan.FromMinutes(5);

    /// <summary>Alertmanager ignores an end in its future. With a clock that is a little slow it would keep the alert for a day.</summary>
    private static readonly TimeSpan ClockSlack = TimeSpan.FromMinutes(2);

    public static JsonArray Of(OutgoingMessage message, bool ends, IReadOnlyDictionary<string, string> extra, DateTimeOffset now)
    {
        var alert = new JsonObject
        {
            ["labels"] = Labels(message, extra),
            ["annotations"] = Annotations(message),
            ["startsAt"] = Rfc3339.Of(message.StartedAt),
            ["endsAt"] = Rfc3339.Of(EndOf(message, ends, now)),
        };
        if (message.Link is { } link) alert["generatorURL"] = link;
        return [alert];
    }

    private static DateTimeOffset EndOf(OutgoingMessage message, bool ends, DateTimeOffset now)
    {
        if (message.IsTest) return now + TestLasts;
        if (!ends) return now + (message.Kind == MessageKind.Fleet ? FleetLasts : Lasts + message.RecoveryHold);
        var end = message.EndedAt is { } ended && ended < now - ClockSlack ? ended : now - ClockSlack;
        return end > message.StartedAt ? end : message.StartedAt;
    }

    private static JsonObject Labels(OutgoingMessage message, IReadOnlyDictionary<string, string> extra)
    {
        var labels = new JsonObject();
        foreach (var (name, value) in extra) labels[name] = value;
        labels["alertname"] = message.Kind switch
        {
            MessageKind.Fleet => "FleetOutage",
            MessageKind.Watcher => "WatcherBlind",
            _ => "DeviceOffline",
        };
        if (message.ThingName is { } thingName) labels["thing_name"] = thingName;
        labels[message.Kind == MessageKind.Fleet ? "incident" : "outage_id"] = message.ThreadKey;
        labels["cluster"] = message.Cluster;
        if (message.Region is { Length: > 0 } region) labels["region"] = region;
        if (message.IsTest) labels["test"] = "true";
        return labels;
    }

    private static JsonObject Annotations(OutgoingMessage message)
    {
        var annotations = new JsonObject { ["summary"] = message.Subject, ["description"] = message.Text };
        if (message.DisconnectReason is { Length: > 0 } reason) annotations["disconnect_reason"] = reason;
        AddAttributes(annotations, message.Attributes);
        return annotations;
    }

    /// <summary>Numbers names that are equal once cleaned, always in the same order; names that need no cleaning come first.</summary>
    private static void AddAttributes(JsonObject annotations, IReadOnlyDictionary<string, string> attributes)
    {
        foreach (var (original, value) in attributes.Where(pair => pair.Value.Length > 0)
            .OrderBy(pair => OtherCharacters().IsMatch(pair.Key)).ThenBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var name = "attribute_" + OtherCharacters().Replace(original, "_");
            var (free, count) = (name, 1);
            while (annotations.ContainsKey(free)) free = $"{name}_{++count}";
            annotations[free] = value;
        }
    }

    [GeneratedRegex("[^a-zA-Z0-9_]")]
    private static partial Regex OtherCharacters();
}
