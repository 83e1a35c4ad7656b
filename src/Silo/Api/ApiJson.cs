using System.Text.Json.Serialization;
using IoTOrleans.Notifications.Text;

namespace IoTOrleans.Silo.Api;

/// <summary>The API's JSON: camelCase, null where a value is missing, RFC 3339 in UTC with a Z.</summary>
internal static class ApiJson
{
    /// <summary>For what is written without ASP.NET Core.</summary>
    public static JsonSerializerOptions Options { get; } = Make();

    public static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
        options.Converters.Add(new Rfc3339());
        options.Converters.Add(new Durations());
    }

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Configure(options);
        return options;
    }

    private sealed class Durations : JsonConverter<TimeSpan>
    {
        public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Duration.TryParse(reader.GetString() ?? "", out var duration) is { } wrong ? throw new JsonException(wrong) : duration;

        public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
            writer.WriteStringValue(Duration.Write(value));
    }
}
