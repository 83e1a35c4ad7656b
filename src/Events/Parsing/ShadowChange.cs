using System.Text.Json;

namespace IoTOrleans.Events.Parsing;

/// <summary>What the two shadow shapes have in common: a version makes them ordered by it, per shadow name; none, by time.</summary>
internal static class ShadowChange
{
    internal static ParsedEvent Read(
        JsonElement body,
        JsonElement? versionValue,
        string versionField,
        string thingName,
        bool connected,
        DateTimeOffset stamp,
        Arrival arrival,
        bool? before,
        string? disconnectReason = null,
        bool happensNow = false)
    {
        if (EventFields.ReadVersion(versionValue, versionField, out var version) is { } badVersion) return badVersion;
        if (EventFields.ReadText(body, "shadowName", out var shadowName) is { } badShadowName) return badShadowName;
        if (EventAttributes.Read(body, out var attributes) is { } badAttributes) return badAttributes;

        var kind = version is null ? ChangeKind.Time : ChangeKind.Shadow;
        return new ParsedEvent.Change(thingName, new ConnectionChange(connected, kind, arrival.Source, stamp, arrival.At)
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
