namespace IoTOrleans.Events.Parsing;

/// <summary>The two shapes of an event from a Device Shadow. Events with a version are ordered by it, others by time.</summary>
internal static class ShadowEvent
{
    /// <summary>
    /// A whole message of <c>$aws/things/{thingName}/shadow/update/documents</c>, to which the rule added <c>thingName</c> (and
    /// <c>shadowName</c> for a named shadow). It comes with every update of the shadow, also with one that does not touch <c>connected</c>.
    /// </summary>
    internal static ParsedEvent ReadDocument(EventFields fields)
    {
        var thingName = fields.ThingName("thingName");
        if (fields.Find("current") is not { ValueKind: JsonValueKind.Object })
            return fields.Refuse(RefusalReason.NotAnObject, "`current` must be an object.");
        if (fields.Find("current", "state", "reported", "connected") is not { } value) return new ParsedEvent.Nothing(thingName);

        var connected = fields.Connected(value);
        bool? before = fields.Find("previous", "state", "reported", "connected")?.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => null,
        };

        // The field's own timestamp says when it was last written. The document's says when the shadow was updated, which is close enough
        // where a rule left the metadata out.
        var timestamp = fields.Find("current", "metadata", "reported", "connected", "timestamp") ?? fields.Find("timestamp");
        if (timestamp is null && before == connected && fields.Refused is null) return new ParsedEvent.Nothing(thingName);
        var stamp = fields.Stamp(EventStamp.Seconds, "current.metadata.reported.connected.timestamp", timestamp);
        return ReadChange(fields, thingName, connected, stamp, fields.Version("current", "version"), before);
    }

    /// <summary>The flat shape: what a rule on a shadow selects, and what a person types into <c>curl</c>.</summary>
    internal static ParsedEvent ReadRule(EventFields fields)
    {
        var thingName = fields.ThingName("thingName");
        var connected = fields.Connected(fields.Find("connected"));
        var timestamp = fields.Find("timestamp");

        // An HTTP caller who sends no timestamp means now. A message may have waited in the queue for days.
        var happensNow = timestamp is null && fields.IsFresh;
        var stamp = happensNow ? fields.Arrival.At : fields.Stamp(EventStamp.Seconds, "timestamp", timestamp);
        var reason = fields.Text("disconnectReason");
        return ReadChange(fields, thingName, connected, stamp, fields.Version("version"), before: null, reason, happensNow);
    }

    private static ParsedEvent ReadChange(
        EventFields fields, string thingName, bool connected, DateTimeOffset stamp, long? version, bool? before,
        string? disconnectReason = null, bool happensNow = false)
    {
        var shadowName = fields.ShadowName();
        var attributes = fields.Attributes();
        if (fields.Refused is not null) return fields.Refused;

        var (source, arrivedAt) = fields.Arrival;
        var kind = version is null ? ChangeKind.Time : ChangeKind.Shadow;
        return new ParsedEvent.Change(thingName, new ConnectionChange(connected, kind, source, stamp, arrivedAt)
        {
            Number = version,
            ShadowName = version is null ? null : shadowName,
            SaysUnchanged = before == connected,
            SaysChanged = before == !connected,
            HappensNow = happensNow,
            DisconnectReason = connected ? null : disconnectReason,
            Attributes = attributes,
        });
    }
}
