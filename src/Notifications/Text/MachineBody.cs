using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using IoTOrleans.Contracts;
using Fields = System.Collections.Generic.OrderedDictionary<string, object?>;

namespace IoTOrleans.Notifications.Text;

/// <summary>What programs get. Fields are only ever added, never renamed; nulls are written.</summary>
internal static class MachineBody
{
    /// <summary>
    /// The message to SNS holds this four times and may have 256 KB; whoever wants all of them asks <c>GET /devices?status=offline</c>.
    /// </summary>
    private const int MostThings = 30;

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        // The body is JSON for programs and never part of a page: Japanese stays readable in their logs.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new UtcConverter() },
    };

    public static string Json(OutgoingMessage message, Notification n)
    {
        var body = Body(message, new()
        {
            ["thingName"] = message.ThingName,
            ["outageId"] = n.OutageId,
            ["since"] = n.Since,
            ["detectedAt"] = n.DetectedAt,
            ["recoveredAt"] = n.RecoveredAt,
            ["durationSeconds"] = (long)n.Duration.TotalSeconds,
            ["graceSeconds"] = (long)n.Grace.TotalSeconds,
            ["disconnectReason"] = n.DisconnectReason,
            ["verification"] = NameOf(n.Verification),
            ["attributes"] = n.Attributes,
        });

        // Only on a sample that a person asked for, so that no program takes it for an outage.
        if (n.IsTest) body["test"] = true;

        // Only where the thing is flapping or was: how often it dropped and came back.
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

    private static string NameOf(Verification verification) => verification switch
    {
        Verification.Confirmed => "confirmed",
        Verification.Unanswered => "unanswered",
        _ => "none",
    };

    /// <summary>The default writes whatever offset it was given.</summary>
    private sealed class UtcConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(Rfc3339.Of(value));
    }
}
