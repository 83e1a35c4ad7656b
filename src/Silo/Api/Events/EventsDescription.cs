using System.Text.Json.Serialization;
using IoTOrleans.Events;
using IoTOrleans.Events.Parsing;
using IoTOrleans.Silo.Api.Description;

namespace IoTOrleans.Silo.Api.Events;

internal static class EventsDescription
{
    public static Operation Post { get; } = new("postEvents", Topic.Events, "Take one event or an array of events")
    {
        Description = "All of it is stored, or none of it is acknowledged. The shapes are tried in this order: an IoT rule's error "
            + "message, an SNS envelope, a lifecycle event, a whole shadow document, a shadow rule. Fields that are not known are ignored.",
        TakesAnyQuery = true,
        Body = new(
            ["application/json"], "At most 1 MiB.",
            [
                typeof(RuleError), typeof(Envelope), typeof(Lifecycle), typeof(ShadowDocument), typeof(ShadowRule),
            ],
            [
                ("shadowRule", """
                    {"thingName":"rpi-1","connected":true,"timestamp":1763884800,"version":12,"attributes":{"site":"north"}}
                    """),
                ("now", """{"thingName":"rpi-2","connected":false}"""),
                ("lifecycle", """
                    {"clientId":"rpi-3","eventType":"disconnected","timestamp":1763884800123,"versionNumber":3,
                     "disconnectReason":"CONNECTION_LOST"}
                    """),
                ("shadowDocument", """
                    {"thingName":"rpi-4","previous":{"state":{"reported":{"connected":true}},"version":41},
                     "current":{"state":{"reported":{"connected":false}},"metadata":{"reported":{"connected":{"timestamp":1763884800}}},
                      "version":42}}
                    """),
                ("envelope", """
                    {"Type":"Notification","Message":"{\"thingName\":\"rpi-5\",\"connected\":true,\"timestamp\":1763884800}"}
                    """),
                ("array", """[{"thingName":"rpi-6","connected":true},{"thingName":"rpi-7","connected":true}]"""),
            ])
        {
            MayBeMany = true,
        },
        Answers =
        [
            Answer.Of(202, "Every event is stored.", new EventsApi.Accepted(2)),
            Answer.Problem(
                EventsApi.Refuse(
                    [(1, new(RefusalReason.ConnectedNotBoolean, "`connected` must be true or false."))], 2),
                "`errors` has the index, the reason and the remedy of every bad event; none has been taken."),
            Answer.Problem(EventsApi.Disabled(), "`Events:Http:Enabled` is false: it is by default where the storage is DynamoDB."),
            Answer.Problem(Problems.TooLarge(), "The body has more than 1 MiB."),
            Answer.Problem(Problems.JsonOnly("the events"), "The body is not sent as `application/json`."),
            Answer.Problem(
                EventsApi.Busy(),
                "Too many requests at once, or more new names than `Things:Most` allows (`errors` has them; all else is stored).") with
            {
                Headers = [CommonAnswers.RetryAfter],
            },
            Answer.Problem(
                EventsApi.NotStored("Storage does not answer."), "Storage failed, or memory is full. Send it all again.") with
            {
                Headers = [CommonAnswers.RetryAfter],
            },
        ],
    };

    /// <summary>What the shadow rule sends.</summary>
    internal sealed record ShadowRule(
        string ThingName, bool Connected, long? Timestamp = null, long? Version = null, string? DisconnectReason = null,
        IReadOnlyDictionary<string, string>? Attributes = null);

    internal sealed record Lifecycle(
        string ClientId, string EventType, long Timestamp, string? ThingName = null, long? VersionNumber = null,
        string? SessionIdentifier = null, string? DisconnectReason = null, string? ConnectFailureReason = null,
        IReadOnlyDictionary<string, string>? Attributes = null);

    internal sealed record ShadowDocument(string ThingName, Shadow Current, Shadow? Previous = null);

    internal sealed record Shadow(ShadowState State, ShadowMetadata? Metadata = null, long? Version = null);

    internal sealed record ShadowState(Reported? Reported = null);

    internal sealed record Reported(bool? Connected = null);

    internal sealed record ShadowMetadata(ReportedMetadata? Reported = null);

    internal sealed record ReportedMetadata(ReportedAt? Connected = null);

    internal sealed record ReportedAt(long Timestamp);

    internal sealed record Envelope(
        [property: JsonPropertyName("Type")] string Type, [property: JsonPropertyName("Message")] string Message);

    internal sealed record RuleError(string Base64OriginalPayload, string? Topic = null);
}
