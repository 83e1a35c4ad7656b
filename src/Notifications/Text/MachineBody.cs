using System.Text.Encodings.Web;
using Fields = System.Collections.Generic.OrderedDictionary<string, object?>;

namespace IoTOrleans.Notifications.Text;

/// <summary>The body for programs. Fields may be added, but never renamed or left out; nulls are written.</summary>
internal static class MachineBody
{
    /// <summary>A message to SNS holds the body four times within 256 KB. <c>GET /devices?status=offline</c> lists all things.</summary>
    private const int MostThings = 30;

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        // The body is JSON for programs and never part of a page: Japanese stays readable in their logs.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new Rfc3339() },
    };

    public static string Json(OutgoingMessage message, Notification n)
    {
        var body = Body(message, new()
        {
            ["thingName"] = message.ThingName,
            ["outageId"] = n.OutageId,
            ["since"] = n.NeverSeen ? null : n.Since,
            ["detectedAt"] = n.DetectedAt,
            ["recoveredAt"] = n.RecoveredAt,
            ["durationSeconds"] = (long)n.Duration.TotalSeconds,
            ["graceSeconds"] = (long)n.Grace.TotalSeconds,
            ["disconnectReason"] = n.DisconnectReason,
            ["verification"] = n.Verification.ToString().ToLowerInvariant(),
            ["lastHeard"] = n.LastHeard is { } heard ? new { heard.NotBefore, heard.NotAfter } : null,
            ["refused"] = n.Refused is { } refused ? new { refused.Count, refused.Reason, refused.Since } : null,
            ["fleet"] = n.Fleet is { } fleet ? new { fleet.Offline, fleet.Total } : null,
            ["attributes"] = n.Attributes,
        });

        // Only on a test, so that no program takes it for an outage.
        if (n.IsTest) body["test"] = true;

        if (n.Drops != 0) body["drops"] = n.Drops;
        return JsonSerializer.Serialize(body, Options);
    }

    public static string Json(OutgoingMessage message, FleetNotification n) => JsonSerializer.Serialize(
        Body(message, new()
        {
            ["incidentId"] = n.IncidentId,
            ["count"] = n.Count,
            ["back"] = n.Back,
            ["total"] = n.Total,
            ["startedAt"] = n.StartedAt,
            ["lastAt"] = n.LastAt,
            ["growing"] = n.Growing,
            ["reasons"] = n.Reasons,
            ["attributes"] = n.Attributes,
            ["things"] = n.Things,
            ["joined"] = n.Joined,
            ["removed"] = n.Removed,
        }),
        Options);

    public static string Json(OutgoingMessage message, FleetSummary s) => JsonSerializer.Serialize(
        Body(message, new()
        {
            ["summaryId"] = s.Id,
            ["date"] = s.Date,
            ["listedAt"] = s.ListedAt,
            ["newSince"] = s.NewSince,
            ["count"] = s.Count,
            ["new"] = s.New,
            ["muted"] = s.Muted,
            ["keptQuiet"] = s.KeptQuiet,
            ["things"] = s.Things.Take(MostThings).Select(t => new
            {
                t.ThingName, t.Since, DurationSeconds = (long)(s.ListedAt - t.Since).TotalSeconds, t.NotifiedAt, t.Muted, New = t.IsNew,
            }).ToList(),
            ["flakiest"] = s.Flakiest.Select(f => new { f.ThingName, f.Drops, Outages = f.Durations.Sum() }).ToList(),
        }),
        Options);

    private static Fields Body(OutgoingMessage message, Fields facts)
    {
        var body = new Fields { ["schemaVersion"] = 1, ["event"] = message.Event };
        foreach (var (name, value) in facts) body[name] = value;
        body["source"] = new { message.Cluster, message.Region };
        body["url"] = message.Link;
        body["text"] = message.Text;
        return body;
    }
}
