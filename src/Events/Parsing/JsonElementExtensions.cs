using System.Text.Json;

namespace IoTOrleans.Events.Parsing;

internal static class JsonElementExtensions
{
    internal static bool Has(this JsonElement element, string name) => element.Find(name) is not null;

    /// <summary>
    /// What the path leads to, or null. A JSON null counts as absent: IoT SQL leaves a missing field out, everybody else writes null.
    /// </summary>
    internal static JsonElement? Find(this JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind is not JsonValueKind.Object || !element.TryGetProperty(name, out element)) return null;
        }

        return element.ValueKind is JsonValueKind.Null ? null : element;
    }

    /// <returns>Null where the JSON string is no text: it spells half a surrogate pair.</returns>
    internal static string? TextOrNull(this JsonElement element)
    {
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
