using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Silo.Notifications.Text;

/// <summary>What programs get of a notification. Fields are only ever added, never renamed; nulls are written.</summary>
internal sealed record MachineBody
{
    internal static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        // The body is JSON for programs and never part of a page: Japanese stays readable in their logs.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new UtcConverter() },
    };

    public int SchemaVersion { get; } = 1;

    public required string Event { get; init; }

    /// <summary>null where it is about no thing but about the service itself.</summary>
    public required string? ThingName { get; init; }

    public required string OutageId { get; init; }

    public required DateTimeOffset Since { get; init; }

    public required DateTimeOffset DetectedAt { get; init; }

    public required DateTimeOffset? RecoveredAt { get; init; }

    public required long DurationSeconds { get; init; }

    public required long GraceSeconds { get; init; }

    public required string? DisconnectReason { get; init; }

    public required string Verification { get; init; }

    public required IReadOnlyDictionary<string, string> Attributes { get; init; }

    public required BodySource Source { get; init; }

    public required string? Url { get; init; }

    public required string Text { get; init; }

    /// <summary>Only on a sample that a person asked for, so that no program takes it for an outage.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Test { get; init; }

    /// <summary>Only where the thing is flapping or was: how often it dropped and came back.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Drops { get; init; }

    public static string Json(Notification n, string cluster, string? region, string? url, string text) => JsonSerializer.Serialize(
        new MachineBody
        {
            Event = n.Event.Name(),
            ThingName = n.Event.IsOfWatcher() ? null : n.ThingName,
            OutageId = n.OutageId,
            Since = n.Since,
            DetectedAt = n.DetectedAt,
            RecoveredAt = n.RecoveredAt,
            DurationSeconds = (long)n.Duration.TotalSeconds,
            GraceSeconds = (long)n.Grace.TotalSeconds,
            DisconnectReason = n.DisconnectReason,
            Verification = NameOf(n.Verification),
            Attributes = n.Attributes,
            Source = new BodySource(cluster, region),
            Url = url,
            Text = text,
            Test = n.IsTest,
            Drops = n.Drops,
        },
        Options);

    private static string NameOf(Verification verification) => verification switch
    {
        Contracts.Verification.Confirmed => "confirmed",
        Contracts.Verification.Unanswered => "unanswered",
        _ => "none",
    };

    internal sealed record BodySource(string Cluster, string? Region);

    /// <summary>The default writes whatever offset it was given.</summary>
    private sealed class UtcConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(Rfc3339.Of(value));
    }
}
