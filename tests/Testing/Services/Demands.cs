using System.Globalization;
using System.Text;
using System.Text.Json;
using IoTOrleans.Testing.Http;

namespace IoTOrleans.Testing.Services;

/// <summary>What a service's documentation demands of a request; the first thing that is wrong is the answer.</summary>
internal static class Demands
{
    /// <summary>Answers 400 with what is wrong, as the real service would, or as it says when all is well.</summary>
    public static StubAnswer Judge(RecordedRequest request, StubAnswer well, Action<JsonElement> check)
    {
        try
        {
            Demand(request.Method == "POST", $"{request.Method} is not POST");
            Demand(request.Headers.GetValueOrDefault("Content-Type")?.StartsWith("application/json", StringComparison.Ordinal) == true,
                "Content-Type must be application/json");
            using var json = JsonDocument.Parse(request.Body);
            check(json.RootElement);
            return well;
        }
        catch (Exception exception) when (exception is UnmetException or JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return new StubAnswer(400, exception.Message);
        }
    }

    public static void Demand(bool met, string otherwise)
    {
        if (!met) throw new UnmetException(otherwise);
    }

    public static void OnlyFields(JsonElement json, params string[] known)
    {
        foreach (var field in json.EnumerateObject()) Demand(known.Contains(field.Name), $"unknown field {field.Name}");
    }

    public static string Text(JsonElement json, string field, int maxCharacters)
    {
        Demand(json.TryGetProperty(field, out var value), $"{field} is missing");
        var text = value.GetString()!;
        Demand(text.Length is > 0 && text.Length <= maxCharacters, $"{field} has {text.Length} characters, not 1 to {maxCharacters}");
        return text;
    }

    public static string Bytes(JsonElement json, string field, int maxBytes)
    {
        var text = Text(json, field, maxBytes);
        Demand(Encoding.UTF8.GetByteCount(text) <= maxBytes, $"{field} is longer than {maxBytes} bytes");
        return text;
    }

    public static DateTimeOffset Time(JsonElement json, string field)
    {
        var text = Text(json, field, 40);
        Demand(
            DateTimeOffset.TryParseExact(
                text, ["yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'"], CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal, out var time),
            $"{field} is not RFC 3339: {text}");
        return time;
    }

    public static void Link(string text) =>
        Demand(Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https", $"not a link: {text}");

    private sealed class UnmetException(string message) : Exception(message);
}
