using System.Text.Json;

namespace IoTOrleans.Events.Parsing;

/// <summary>
/// The sentences of a refusal. They name the field and the remedy, and never repeat what the stranger wrote beyond a number: they go
/// into logs and answers.
/// </summary>
internal static class Refusal
{
    internal static ParsedEvent.Refused NotJson(string detail) => new(RefusalReason.NotJson, detail);

    internal static ParsedEvent.Refused NotJson(ReadOnlySpan<byte> body, string detail) =>
        // "{" and whitespace after it, in base64. A rule action with useBase64 is an easy mistake: the console offers it.
        NotJson(body.StartsWith("ey"u8)
            || body.StartsWith("ew"u8) ? "The body looks like base64: set useBase64 to false in the rule's SQS action." : detail);

    internal static ParsedEvent.Refused NotAnObject(JsonValueKind kind) => new(
        RefusalReason.NotAnObject,
        kind is JsonValueKind.Array
            ? "An event is one JSON object; only POST /events takes an array of them."
            : "An event is a JSON object.");

    internal static ParsedEvent.Refused NestedEnvelope() =>
        new(RefusalReason.NestedEnvelope, "An SNS envelope inside an SNS envelope: subscribe with raw message delivery.");

    internal static ParsedEvent.Refused UnknownEventType() =>
        new(RefusalReason.UnknownEventType, "`eventType` is neither connected nor disconnected.");

    internal static ParsedEvent.Refused NoThingName() =>
        new(RefusalReason.NoThingName, "There is no `thingName` (case counts). In an IoT rule, add topic(3) AS thingName to its SELECT.");

    internal static ParsedEvent.Refused BadThingName(string detail) => new(RefusalReason.BadThingName, detail);

    internal static ParsedEvent.Refused CurrentNotAnObject() => new(RefusalReason.NotAnObject, "`current` must be an object.");

    internal static ParsedEvent.Refused ConnectedNotBoolean(bool missing) => new(
        RefusalReason.ConnectedNotBoolean,
        missing ? "`connected` is missing: it must be true or false." : "`connected` must be true or false.");

    internal static ParsedEvent.Refused NoTimestamp(string field) =>
        new(RefusalReason.NoTimestamp, $"`{field}` is missing: an event without a time cannot be ordered.");

    internal static ParsedEvent.Refused BadTimestamp(string detail) => new(RefusalReason.BadTimestamp, detail);

    internal static ParsedEvent.Refused BadVersion(string field) =>
        new(RefusalReason.BadVersion,
            $"`{field}` must be a whole number from 0 to {long.MaxValue.ToString(CultureInfo.InvariantCulture)}.");

    internal static ParsedEvent.Refused BadText(string field, int maxLength) => new(
        RefusalReason.BadText,
        string.Create(
            CultureInfo.InvariantCulture, $"`{field}` must be a string of at most {maxLength} characters, no control characters."));

    internal static ParsedEvent.Refused BadAttributes(string detail) => new(RefusalReason.BadAttributes, detail);
}
