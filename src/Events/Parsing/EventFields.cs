using System.Text.Json;

namespace IoTOrleans.Events.Parsing;

/// <summary>The fields that several shapes share. Each reader answers with the refusal, or with null and the value.</summary>
internal static class EventFields
{
    /// <summary>
    /// Longer than anything AWS sends (a session identifier has 36 characters); these texts are stored with the thing, and its whole
    /// item must fit one write unit.
    /// </summary>
    internal const int MaxTextLength = 128;

    /// <summary>The first of <paramref name="fields"/> that is there and not empty.</summary>
    internal static ParsedEvent.Refused? ReadThingName(JsonElement body, out string thingName, params ReadOnlySpan<string> fields)
    {
        thingName = "";
        foreach (var field in fields)
        {
            if (body.Find(field) is not { } value) continue;
            if (value.ValueKind is not JsonValueKind.String) return Refusal.BadThingName($"`{field}` must be a string.");
            if (value.TextOrNull() is not { } text) return Refusal.BadThingName("The thing name has half a surrogate pair.");
            if (text.Length is 0) continue;
            if (!ThingName.IsValid(text, out var why)) return Refusal.BadThingName(why ?? "");

            thingName = text;
            return null;
        }

        return Refusal.NoThingName();
    }

    internal static ParsedEvent.Refused? ReadConnected(JsonElement? value, out bool connected)
    {
        connected = value is { ValueKind: JsonValueKind.True };
        return value is { ValueKind: JsonValueKind.True or JsonValueKind.False }
            ? null
            : Refusal.ConnectedNotBoolean(missing: value is null);
    }

    /// <summary>IoT SQL may write a whole number as <c>12.0</c> or <c>1.2E1</c>: it is the same version.</summary>
    internal static ParsedEvent.Refused? ReadVersion(JsonElement? value, string field, out long? version)
    {
        version = null;
        if (value is not { } present) return null;

        if (present.ValueKind is not JsonValueKind.Number
            || !present.TryGetDecimal(out var number)
            || number is < 0 or > long.MaxValue
            || !decimal.IsInteger(number))
        {
            return Refusal.BadVersion(field);
        }

        version = (long)number;
        return null;
    }

    internal static ParsedEvent.Refused? ReadText(JsonElement body, string field, out string? text)
    {
        text = null;
        if (body.Find(field) is not { } value) return null;

        if (value.ValueKind is not JsonValueKind.String
            || value.TextOrNull() is not { Length: <= MaxTextLength } found
            || found.AsSpan().ContainsAnyInRange('\0', '\x1f')
            || found.AsSpan().ContainsAnyInRange('\x7f', '\x9f'))
        {
            return Refusal.BadText(field, MaxTextLength);
        }

        text = found.Length is 0 ? null : found;
        return null;
    }
}
