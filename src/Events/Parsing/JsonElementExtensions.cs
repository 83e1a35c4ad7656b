namespace IoTOrleans.Events.Parsing;

internal static class JsonElementExtensions
{
    internal static bool Has(this JsonElement element, string name) => element.Find(name) is not null;

    /// <summary>What the path leads to, or null. A JSON null counts as absent: IoT SQL omits a missing field, others write null.</summary>
    internal static JsonElement? Find(this JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind is not JsonValueKind.Object || !element.TryGetProperty(name, out element)) return null;
        }

        return element.ValueKind is JsonValueKind.Null ? null : element;
    }

    /// <returns>Null if the JSON string is not text: it has half a surrogate pair.</returns>
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
