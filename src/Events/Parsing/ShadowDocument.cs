using System.Text.Json;

namespace IoTOrleans.Events.Parsing;

/// <summary>
/// A whole message of <c>$aws/things/{thingName}/shadow/update/documents</c>, to which the rule added <c>thingName</c> (and
/// <c>shadowName</c> for a named shadow). It comes with every update of the shadow, also with those that are about something else.
/// </summary>
internal static class ShadowDocument
{
    internal static ParsedEvent Read(JsonElement body, Arrival arrival)
    {
        if (EventFields.ReadThingName(body, out var thingName, "thingName") is { } badName) return badName;
        if (body.Find("current") is not { ValueKind: JsonValueKind.Object } current) return Refusal.CurrentNotAnObject();
        if (current.Find("state", "reported", "connected") is not { } value) return new ParsedEvent.Nothing(thingName);
        if (EventFields.ReadConnected(value, out var connected) is { } badConnected) return badConnected;

        bool? before = body.Find("previous", "state", "reported", "connected")?.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => null,
        };

        // The field's own stamp is the moment it was last written; the document's is that of the update, good enough where a rule left
        // the metadata out.
        const string Field = "current.metadata.reported.connected.timestamp";
        var timestamp = current.Find("metadata", "reported", "connected", "timestamp") ?? body.Find("timestamp");
        if (timestamp is null) return before == connected ? new ParsedEvent.Nothing(thingName) : Refusal.NoTimestamp(Field);
        if (EventStamp.Seconds.Read(timestamp.Value, Field, arrival.At, out var stamp) is { } badStamp) return badStamp;

        return ShadowChange.Read(body, current.Find("version"), "current.version", thingName, connected, stamp, arrival, before);
    }
}
