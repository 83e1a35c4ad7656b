using System.Text.Json.Serialization;

namespace IoTOrleans.Notifications.Text;

/// <summary>In UTC with <c>Z</c>, fractions only where there are any. The default writes any offset.</summary>
public sealed class Rfc3339 : JsonConverter<DateTimeOffset>
{
    public static string Of(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Of(value));
}
