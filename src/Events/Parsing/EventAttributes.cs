using System.Text;
using System.Text.Json;

namespace IoTOrleans.Events.Parsing;

/// <summary>The <c>attributes</c> that any shape may carry.</summary>
internal static class EventAttributes
{
    private const int MaxPairs = 8;

    /// <summary>Keys and values in UTF-8: they are stored with the thing, inside its one write unit.</summary>
    private const int MaxBytes = 256;

    /// <param name="attributes">Null where the body says nothing about them; an empty object says that there are none.</param>
    internal static ParsedEvent.Refused? Read(JsonElement body, out IReadOnlyDictionary<string, string>? attributes)
    {
        attributes = null;
        if (body.Find("attributes") is not { } value) return null;
        if (value.ValueKind is not JsonValueKind.Object) return Refusal.BadAttributes("`attributes` must be an object of strings.");
        if (value.GetPropertyCount() > MaxPairs) return Refusal.BadAttributes("`attributes` has more than 8 pairs.");

        var pairs = new Dictionary<string, string>();
        var bytes = 0;
        foreach (var property in value.EnumerateObject())
        {
            if (property.Value.ValueKind is not JsonValueKind.String || property.Value.TextOrNull() is not { } text)
            {
                return Refusal.BadAttributes("The values of `attributes` must be strings.");
            }

            bytes += Encoding.UTF8.GetByteCount(property.Name) + Encoding.UTF8.GetByteCount(text);
            if (bytes > MaxBytes) return Refusal.BadAttributes("`attributes` has more than 256 bytes of keys and values.");
            pairs[property.Name] = text;
        }

        attributes = pairs;
        return null;
    }
}
