using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Silo.Notifications.Text;

namespace IoTOrleans.Silo.Notifications.Alertmanager;

/// <summary>
/// An array of one alert. Labels identify it, so they hold only what stays the same from the first post to the last; everything that
/// may change (attributes, texts) is an annotation.
/// </summary>
internal static partial class AlertmanagerAlert
{
    /// <summary>
    /// How long an alert lives without being posted again. So long that no restart or outage of ours looks like a recovery; a
    /// recovery is posted as such, and tried until it is accepted.
    /// </summary>
    internal static readonly TimeSpan Lasts = TimeSpan.FromDays(1);

    /// <summary>An incident's alert is not posted again while nothing changes; after this long without news it is forgotten here, too.</summary>
    internal static readonly TimeSpan FleetLasts = TimeSpan.FromDays(7);

    internal static readonly TimeSpan TestLasts = TimeSpan.FromMinutes(5);

    /// <summary>
    /// An end counts only once it has passed by Alertmanager's clock, and until then the later one that it already knows rules: a clock
    /// of theirs that is a little behind ours would keep the alert for a day.
    /// </summary>
    private static readonly TimeSpan ClockSlack = TimeSpan.FromMinutes(2);

    public static JsonArray Of(Notification n, NotificationText text, AlertmanagerOptions options, DateTimeOffset now) =>
        Of(Labels(n, text, options), Annotations(n, text), n.Since, EndOf(n, now), text.Link(n));

    /// <param name="ends">Now; else it lasts as long as an incident is remembered without news.</param>
    public static JsonArray Of(FleetNotification n, bool ends, NotificationText text, AlertmanagerOptions options, DateTimeOffset now)
    {
        var labels = Labels("FleetOutage", text, options, ("incident", n.IncidentId));
        var annotations = new JsonObject { ["summary"] = text.Subject(n), ["description"] = text.Body(n) };
        return Of(labels, annotations, n.StartedAt, ends ? End(n.LastAt, n.StartedAt, now) : now + FleetLasts, text.LinkToAll);
    }

    private static JsonArray Of(JsonObject labels, JsonObject annotations, DateTimeOffset startsAt, DateTimeOffset endsAt, string? link)
    {
        var alert = new JsonObject
        {
            ["labels"] = labels,
            ["annotations"] = annotations,
            ["startsAt"] = Rfc3339.Of(startsAt),
            ["endsAt"] = Rfc3339.Of(endsAt),
        };
        if (link is not null) alert["generatorURL"] = link;
        return [alert];
    }

    private static DateTimeOffset EndOf(Notification n, DateTimeOffset now)
    {
        if (n.IsTest) return now + TestLasts;
        return n.Event.IsEnd() ? End(n.RecoveredAt, n.Since, now) : now + Lasts + n.RecoveryHold;
    }

    private static DateTimeOffset End(DateTimeOffset? backAt, DateTimeOffset since, DateTimeOffset now)
    {
        var end = backAt is { } back && back < now - ClockSlack ? back : now - ClockSlack;
        return end > since ? end : since;
    }

    private static JsonObject Labels(Notification n, NotificationText text, AlertmanagerOptions options)
    {
        var labels = n.Event.IsOfWatcher()
            ? Labels("WatcherBlind", text, options, ("outage_id", n.OutageId))
            : Labels("DeviceOffline", text, options, ("thing_name", n.ThingName), ("outage_id", n.OutageId));
        if (n.IsTest) labels["test"] = "true";
        return labels;
    }

    private static JsonObject Labels(string alertName, NotificationText text, AlertmanagerOptions options, params (string Name, string Value)[] ids)
    {
        var labels = new JsonObject();
        foreach (var (name, value) in options.Labels) labels[name] = value;
        labels["alertname"] = alertName;
        foreach (var (name, value) in ids) labels[name] = value;
        labels["cluster"] = text.Cluster;
        if (text.Region is { Length: > 0 } region) labels["region"] = region;
        return labels;
    }

    private static JsonObject Annotations(Notification n, NotificationText text)
    {
        var annotations = new JsonObject { ["summary"] = text.Subject(n), ["description"] = text.Body(n) };
        if (n.DisconnectReason is { Length: > 0 } reason) annotations["disconnect_reason"] = reason;
        AddAttributes(annotations, n.Attributes);
        return annotations;
    }

    /// <summary>
    /// Names that are alike once they are cleaned are counted, in the order of the names, so that each value arrives and keeps its place from post to
    /// post. Those that need no cleaning come first: they keep their names.
    /// </summary>
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

    /// <summary>Names of labels and annotations are <c>[a-zA-Z_][a-zA-Z0-9_]*</c>.</summary>
    [GeneratedRegex("[^a-zA-Z0-9_]")]
    private static partial Regex OtherCharacters();
}
