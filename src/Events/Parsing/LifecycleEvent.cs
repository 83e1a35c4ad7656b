using System.Text.Json;

namespace IoTOrleans.Events.Parsing;

/// <summary>AWS IoT's presence events, <c>$aws/events/presence/connected/{clientId}</c> and <c>…/disconnected/…</c>.</summary>
internal static class LifecycleEvent
{
    internal static ParsedEvent Read(JsonElement body, Arrival arrival)
    {
        // AWS sends a thing name only with exclusive things; for all others the client id is by custom the thing name.
        if (EventFields.ReadThingName(body, out var thingName, "thingName", "clientId") is { } badName) return badName;

        switch (EventTypeOf(body))
        {
            case "connected":
                return ReadChange(body, thingName, connected: true, arrival);
            case "disconnected":
                return ReadChange(body, thingName, connected: false, arrival);

            // AWS sends these to the neighbouring topics, and a rule on $aws/events/+/+/+ brings them along. They do not say that a
            // connection began or ended, and refusing them would fill the dead-letter queue with what is in order.
            case "connect_failed" or "subscribed" or "unsubscribed":
                return new ParsedEvent.Nothing(thingName);

            default:
                return Refusal.UnknownEventType();
        }
    }

    /// <summary>null where it is the thing: what may be a thing's name may be a client's.</summary>
    private static ParsedEvent.Refused? ReadClient(JsonElement body, string thingName, out string? clientId)
    {
        clientId = null;
        return body.Find("clientId") is { ValueKind: JsonValueKind.String } id && id.TextOrNull() == thingName
            ? null : EventFields.ReadText(body, "clientId", out clientId);
    }

    private static string? EventTypeOf(JsonElement body) =>
        body.Find("eventType") is { ValueKind: JsonValueKind.String } type ? type.TextOrNull() : null;

    private static ParsedEvent ReadChange(JsonElement body, string thingName, bool connected, Arrival arrival)
    {
        if (body.Find("timestamp") is not { } timestamp) return Refusal.NoTimestamp("timestamp");
        if (EventStamp.Milliseconds.Read(timestamp, "timestamp", arrival.At, out var stamp) is { } badStamp) return badStamp;
        if (EventFields.ReadVersion(body.Find("versionNumber"), "versionNumber", out var number) is { } badNumber) return badNumber;
        if (EventFields.ReadText(body, "sessionIdentifier", out var session) is { } badSession) return badSession;
        if (EventFields.ReadText(body, "disconnectReason", out var reason) is { } badReason) return badReason;
        if (ReadClient(body, thingName, out var clientId) is { } badClient) return badClient;
        if (EventAttributes.Read(body, out var attributes) is { } badAttributes) return badAttributes;

        var kind = number is null ? ChangeKind.LifecycleTime : ChangeKind.Lifecycle;
        return new ParsedEvent.Change(thingName, new ConnectionChange(connected, kind, arrival.Source, stamp, arrival.At)
        {
            Number = number,
            SessionIdentifier = session,
            ClientId = clientId,
            DisconnectReason = connected ? null : reason,
            Attributes = attributes,
        });
    }
}
