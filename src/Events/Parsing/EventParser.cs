using System.Text;

namespace IoTOrleans.Events.Parsing;

/// <summary>
/// Says what a body from the queue or <c>POST /events</c> means. Strangers write it, so the answer to any body is a
/// <see cref="ParsedEvent"/>: an exception here would stop a consumer.
/// </summary>
internal static class EventParser
{
    internal static ParsedEvent Parse(ReadOnlyMemory<byte> utf8, EventSource source, DateTimeOffset receivedAt) =>
        ParseText(utf8, new Arrival(source, receivedAt), default);

    /// <summary>One event, or an array of them.</summary>
    internal static IReadOnlyList<ParsedEvent> ParseAll(ReadOnlyMemory<byte> utf8, EventSource source, DateTimeOffset receivedAt)
    {
        var arrival = new Arrival(source, receivedAt);
        return JsonBody.Read<IReadOnlyList<ParsedEvent>>(
            utf8,
            body => body.ValueKind is JsonValueKind.Array
                ? [.. body.EnumerateArray().Select(item => ParseOne(item, arrival))]
                : [ParseOne(body, arrival)],
            detail => [NotJson(utf8.Span, detail)]);
    }

    private static ParsedEvent ParseText(ReadOnlyMemory<byte> utf8, Arrival arrival, Wrappers wrappers) =>
        JsonBody.Read(utf8, body => Recognise(body, arrival, wrappers), detail => NotJson(utf8.Span, detail));

    /// <summary>Half a surrogate pair must refuse this event of the array, not the whole array.</summary>
    private static ParsedEvent ParseOne(JsonElement item, Arrival arrival)
    {
        try
        {
            return Recognise(item, arrival, default);
        }
        catch (InvalidOperationException)
        {
            return new ParsedEvent.Refused(RefusalReason.NotJson, "It spells half a surrogate pair in a text or a key.");
        }
    }

    /// <summary>Tries the shapes in the documented order. Each has a field that no other shape has.</summary>
    private static ParsedEvent Recognise(JsonElement body, Arrival arrival, Wrappers wrappers)
    {
        var fields = new EventFields(body, arrival, wrappers);
        if (body.ValueKind is not JsonValueKind.Object)
        {
            return fields.Refuse(RefusalReason.NotAnObject, body.ValueKind is JsonValueKind.Array
                ? "An event is one JSON object; only POST /events takes an array of them."
                : "An event is a JSON object.");
        }

        // AWS IoT and SNS wrap once each. A stranger could wrap a thousand times.
        if (fields.Find(RuleErrorMessage.PayloadField) is not null)
        {
            return wrappers.ErrorMessage
                ? fields.Refuse(RefusalReason.NestedErrorMessage, "An IoT rule's error message inside another one.")
                : ParseOriginal(fields, body, wrappers);
        }

        // What SNS puts around a message that a topic delivers to a queue without raw message delivery.
        if (fields.Find("Type") is { ValueKind: JsonValueKind.String } type && type.ValueEquals("Notification")
            && fields.Find("Message") is { ValueKind: JsonValueKind.String } message)
        {
            return wrappers.Envelope
                ? fields.Refuse(
                    RefusalReason.NestedEnvelope, "An SNS envelope inside an SNS envelope: subscribe with raw message delivery.")
                : ParseText(Encoding.UTF8.GetBytes(message.GetString()!), arrival, wrappers with { Envelope = true });
        }

        if (fields.Find("eventType") is not null) return LifecycleEvent.Read(fields);
        return fields.Find("current") is null ? ShadowEvent.ReadRule(fields) : ShadowEvent.ReadDocument(fields);
    }

    private static ParsedEvent ParseOriginal(EventFields fields, JsonElement errorMessage, Wrappers wrappers)
    {
        var failure = RuleErrorMessage.ReadFailure(errorMessage);
        if (RuleErrorMessage.ReadPayload(fields) is not { } payload) return fields.Refused! with { Failure = failure };
        var topic = ShadowTopic.Read(fields.Find("topic"));
        return ParseText(payload, fields.Arrival, wrappers with { ErrorMessage = true, Topic = topic }) switch
        {
            ParsedEvent.Refused { Reason: RefusalReason.NoThingName } => new ParsedEvent.Refused(
                RefusalReason.NoThingName,
                $"`{RuleErrorMessage.PayloadField}` names no thing, and `topic` is not $aws/things/…/shadow/…/update/documents.")
            {
                Failure = failure,
            },
            ParsedEvent.Refused refused =>
                refused with { Failure = failure, Detail = $"In `{RuleErrorMessage.PayloadField}`: {refused.Detail}" },
            var parsed => parsed with { Failure = failure },
        };
    }

    private static ParsedEvent.Refused NotJson(ReadOnlySpan<byte> body, string detail) => new(
        RefusalReason.NotJson,
        // Base64 of "{" and of whitespace after it. A rule action with useBase64 is an easy mistake: the console offers it.
        body.StartsWith("ey"u8) || body.StartsWith("ew"u8)
            ? "The body looks like base64: set useBase64 to false in the rule's SQS action."
            : detail);
}

/// <summary>What has been taken off a body so far.</summary>
/// <param name="Topic">Where AWS IoT had published what an error message carries.</param>
internal readonly record struct Wrappers(bool ErrorMessage, bool Envelope, ShadowTopic? Topic);

/// <summary>The source of a body, and when the service or SQS received it.</summary>
internal readonly record struct Arrival(EventSource Source, DateTimeOffset At);
