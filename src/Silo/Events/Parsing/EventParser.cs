using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using IoTOrleans.Contracts;

namespace IoTOrleans.Silo.Events.Parsing;

/// <summary>
/// Says what a body from the queue or <c>POST /events</c> means. Whatever the body is, the answer is a <see cref="ParsedEvent"/>:
/// it is written by strangers, and an exception here would stop a consumer.
/// </summary>
internal static class EventParser
{
    /// <summary>
    /// How a body is read; <c>POST /events</c> reads its arrays the same way. A key that stands twice is refused, because two readers
    /// would take different ones: <c>"connected":true,"connected":false</c> must not be a matter of taste.
    /// </summary>
    internal static readonly JsonDocumentOptions DocumentOptions = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    internal static ParsedEvent Parse(ReadOnlyMemory<byte> utf8, EventSource source, DateTimeOffset receivedAt) =>
        ParseText(utf8, new Arrival(source, receivedAt), inEnvelope: false);

    internal static ParsedEvent Parse(JsonElement body, EventSource source, DateTimeOffset receivedAt)
    {
        try
        {
            return Recognise(body, new Arrival(source, receivedAt), inEnvelope: false);
        }
        catch (InvalidOperationException)
        {
            return NotUnicode();
        }
    }

    private static ParsedEvent ParseText(ReadOnlyMemory<byte> utf8, Arrival arrival, bool inEnvelope)
    {
        if (utf8.IsEmpty) return Refusal.NotJson("The body is empty.");
        if (!Utf8.IsValid(utf8.Span)) return Refusal.NotJson("The body is not UTF-8.");

        try
        {
            using var document = JsonDocument.Parse(utf8, DocumentOptions);
            return Recognise(document.RootElement, arrival, inEnvelope);
        }
        catch (JsonException exception)
        {
            return Refusal.NotJson(utf8.Span, exception);
        }
        catch (InvalidOperationException)
        {
            return NotUnicode();
        }
    }

    /// <summary>The four shapes, in the order of the contract: what makes one is the field that no other has.</summary>
    private static ParsedEvent Recognise(JsonElement body, Arrival arrival, bool inEnvelope)
    {
        if (body.ValueKind is not JsonValueKind.Object) return Refusal.NotAnObject(body.ValueKind);

        if (SnsEnvelope.MessageOf(body) is { } message)
        {
            // SNS wraps once. Whoever wraps twice could wrap a thousand times.
            return inEnvelope ? Refusal.NestedEnvelope() : ParseText(Encoding.UTF8.GetBytes(message), arrival, inEnvelope: true);
        }

        if (body.Has("eventType")) return LifecycleEvent.Read(body, arrival);
        if (body.Has("current")) return ShadowDocument.Read(body, arrival);
        return ShadowRule.Read(body, arrival);
    }

    // JSON can spell half a surrogate pair ("\ud800"); System.Text.Json takes it as JSON and throws when somebody wants the text.
    private static ParsedEvent.Refused NotUnicode() => Refusal.NotJson("The body spells half a surrogate pair in a text or a key.");
}
