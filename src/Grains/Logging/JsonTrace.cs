using System.Diagnostics;
using System.Text.Json;

namespace IoTOrleans.Grains.Logging;

public static class JsonTrace
{
    /// <summary>Which trace this belongs to, if it belongs to one.</summary>
    public static void WriteTrace(this Utf8JsonWriter json)
    {
        if (Activity.Current is not { } current) return;
        json.WriteString("TraceId", current.TraceId.ToHexString());
        json.WriteString("SpanId", current.SpanId.ToHexString());
    }
}
