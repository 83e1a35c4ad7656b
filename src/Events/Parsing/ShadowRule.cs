using System.Text.Json;

namespace IoTOrleans.Events.Parsing;

/// <summary>The flat shape: what a rule on a shadow selects, and what a person types into <c>curl</c>.</summary>
internal static class ShadowRule
{
    internal static ParsedEvent Read(JsonElement body, Arrival arrival)
    {
        if (EventFields.ReadThingName(body, out var thingName, "thingName") is { } badName) return badName;
        if (EventFields.ReadConnected(body.Find("connected"), out var connected) is { } badConnected) return badConnected;

        // Over HTTP the caller is there, so a missing stamp is now. A message may have waited in the queue for days.
        var stamp = arrival.At;
        var timestamp = body.Find("timestamp");
        if (timestamp is { } given)
        {
            if (EventStamp.Seconds.Read(given, "timestamp", arrival.At, out stamp) is { } badStamp) return badStamp;
        }
        else if (arrival.Source is not EventSource.Http)
        {
            return Refusal.NoTimestamp("timestamp");
        }

        if (EventFields.ReadText(body, "disconnectReason", out var reason) is { } badReason) return badReason;
        return ShadowChange.Read(body, body.Find("version"), "version", thingName, connected, stamp, arrival, before: null, reason,
            happensNow: timestamp is null);
    }
}
