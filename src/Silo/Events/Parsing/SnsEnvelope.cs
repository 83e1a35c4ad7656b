using System.Text.Json;

namespace IoTOrleans.Silo.Events.Parsing;

/// <summary>What SNS puts around a message that a topic delivers to a queue without raw message delivery.</summary>
internal static class SnsEnvelope
{
    internal static string? MessageOf(JsonElement body) =>
        body.Find("Type") is { ValueKind: JsonValueKind.String } type && type.ValueEquals("Notification")
        && body.Find("Message") is { ValueKind: JsonValueKind.String } message
            ? message.GetString()
            : null;
}
