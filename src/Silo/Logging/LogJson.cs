using System.Text;
using System.Text.Encodings.Web;
using IoTOrleans.Grains.Logging;

namespace IoTOrleans.Silo.Logging;

/// <summary>For programs: a JSON object on each line, with the names of .NET's own JSON format, and with the trace it belongs to.</summary>
internal sealed class LogJson(TimeProvider time) : LogWriter(FormatterName)
{
    public const string FormatterName = "json-lines";

    /// <summary>What is not text has been replaced already, so letters of all languages stay readable.</summary>
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    protected override void Write(
        LogLevel level, string category, string message, string? exception, IEnumerable<KeyValuePair<string, object?>> arguments,
        TextWriter output)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Readable))
        {
            json.WriteStartObject();
            json.WriteString("Timestamp", time.GetUtcNow());
            json.WriteString("LogLevel", level.ToString());
            json.WriteString("Category", category);
            json.WriteString("Message", message);
            if (exception is not null) json.WriteString("Exception", exception);
            json.WriteTrace();
            WriteState(json, arguments);
            json.WriteEndObject();
        }

        output.Write(Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length));
    }

    private static void WriteState(Utf8JsonWriter json, IEnumerable<KeyValuePair<string, object?>> arguments)
    {
        var written = new HashSet<string>(StringComparer.Ordinal);
        json.WriteStartObject("State");
        foreach (var (name, value) in arguments)
        {
            if (name == "{OriginalFormat}" || OneLine(name) is not { } key || !written.Add(key)) continue;
            json.WritePropertyName(key);
            if (value is int or long) json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
            else if (value is bool flag) json.WriteBooleanValue(flag);
            else json.WriteStringValue(OneLine(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""));
        }

        json.WriteEndObject();
    }
}
