namespace IoTOrleans.Events.Parsing;

/// <summary>
/// AWS IoT's lifecycle events: <c>$aws/events/presence/connected/{clientId}</c>, <c>…/disconnected/…</c> and <c>…/connect_failed/…</c>.
/// </summary>
internal static class LifecycleEvent
{
    internal static ParsedEvent Read(EventFields fields)
    {
        // AWS sends a thing name only with exclusive things; for all others the client ID is by custom the thing name.
        var thingName = fields.ThingName("thingName", "clientId");
        if (fields.Refused is not null) return fields.Refused;

        var type = fields.Find("eventType") is { ValueKind: JsonValueKind.String } text ? text.TextOrNull() : null;
        return type switch
        {
            "connected" or "disconnected" => ReadChange(fields, thingName, type is "connected"),
            "connect_failed" => ReadFailure(fields, thingName),

            // AWS sends these to neighbouring topics, and a rule on $aws/events/+/+/+ forwards them. They say nothing about a connection,
            // and refusing them would fill the dead-letter queue with valid messages.
            "subscribed" or "unsubscribed" => new ParsedEvent.Nothing(thingName),
            _ => fields.Refuse(RefusalReason.UnknownEventType, "`eventType` is neither connected nor disconnected."),
        };
    }

    private static ParsedEvent ReadFailure(EventFields fields, string thingName)
    {
        var stamp = fields.Stamp(EventStamp.Milliseconds, "timestamp", fields.Find("timestamp"));
        var reason = fields.Text("connectFailureReason");
        return fields.Refused is { } refused ? refused : new ParsedEvent.Evidence(thingName, new(stamp, fields.Arrival.At, reason));
    }

    private static ParsedEvent ReadChange(EventFields fields, string thingName, bool connected)
    {
        var stamp = fields.Stamp(EventStamp.Milliseconds, "timestamp", fields.Find("timestamp"));
        var number = fields.Version("versionNumber");
        var session = fields.Text("sessionIdentifier");
        var reason = fields.Text("disconnectReason");
        var clientId = fields.Find("clientId") is { ValueKind: JsonValueKind.String } client && client.TextOrNull() == thingName
            ? null
            : fields.Text("clientId");
        var attributes = fields.Attributes();
        if (fields.Refused is not null) return fields.Refused;

        var (source, arrivedAt) = fields.Arrival;
        var kind = number is null ? ChangeKind.LifecycleTime : ChangeKind.Lifecycle;
        return new ParsedEvent.Change(thingName, new ConnectionChange(connected, kind, source, stamp, arrivedAt)
        {
            Number = number,
            SessionIdentifier = session,
            ClientId = clientId,
            DisconnectReason = connected ? null : reason,
            Attributes = attributes,
        });
    }
}
