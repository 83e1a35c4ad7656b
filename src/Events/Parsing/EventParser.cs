using System.Text;
using System.Text.Json;

namespace IoTOrleans.Events.Parsing;

/// <summary>
/// Says what a body from the queue or <c>POST /events</c> means. Whatever the body is, the answer is a <see cref="ParsedEvent"/>:
/// it is written by strangers, and an exception here would stop a consumer.
/// </summary>
internal static class EventParser
{
    internal static ParsedEvent Parse(ReadOnlyMemory<byte> utf8, EventSource source, DateTimeOffset receivedAt) =>
        ParseText(utf8, new Arrival(source, receivedAt), inEnvelope: false);

    /// <summary>One event, or an array of them.</summary>
    internal static IReadOnlyList<ParsedEvent> ParseAll(ReadOnlyMemory<byte> utf8, EventSource source, DateTimeOffset receivedAt)
    {
        var arrival = new Arrival(source, receivedAt);
        return JsonBody.Read<IReadOnlyList<ParsedEvent>>(
            utf8,
            body => body.ValueKind is JsonValueKind.Array
                ? [.. body.EnumerateArray().Select(item => ParseOne(item, arrival))]
                : [ParseOne(body, arrival)],
            detail => [Refusal.NotJson(utf8.Span, detail)]);
    }

    private static ParsedEvent ParseText(ReadOnlyMemory<byte> utf8, Arrival arrival, bool inEnvelope) =>
        JsonBody.Read(utf8, body => Recognise(body, arrival, inEnvelope), detail => Refusal.NotJson(utf8.Span, detail));

    /// <summary>So that it is this one of the array that is named.</summary>
    private static ParsedEvent ParseOne(JsonElement item, Arrival arrival)
    {
        try
        {
            return Recognise(item, arrival, inEnvelope: false);
        }
        catch (InvalidOperationException)
        {
            return Refusal.NotJson("It spells half a surrogate pair in a text or a key.");
        }
    }

    /// <summary>The four shapes, in the order of the contract: what makes one is the field that no other has.</summary>
    private static ParsedEvent Recognise(JsonElement body, Arrival arrival, bool inEnvelope)
    {
        if (body.ValueKind is not JsonValueKind.Object) return Refusal.NotAnObject(body.ValueKind);

        if (MessageInEnvelope(body) is { } message)
        {
            // SNS wraps once. Whoever wraps twice could wrap a thousand times.
            return inEnvelope ? Refusal.NestedEnvelope() : ParseText(Encoding.UTF8.GetBytes(message), arrival, inEnvelope: true);
        }

        if (body.Has("eventType")) return LifecycleEvent.Read(body, arrival);
        if (body.Has("current")) return ShadowDocument.Read(body, arrival);
        return ShadowRule.Read(body, arrival);
    }

    /// <summary>What SNS puts around a message that a topic delivers to a queue without raw message delivery.</summary>
    private static string? MessageInEnvelope(JsonElement body) =>
        body.Find("Type") is { ValueKind: JsonValueKind.String } type && type.ValueEquals("Notification")
        && body.Find("Message") is { ValueKind: JsonValueKind.String } message
            ? message.GetString()
            : null;
}

/// <summary>The door a body came through, and when the first machine of ours had it.</summary>
internal readonly record struct Arrival(EventSource Source, DateTimeOffset At);
