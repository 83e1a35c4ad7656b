using System.Text.Json;
using IoTOrleans.Testing.Emulators;

namespace IoTOrleans.Silo.Tests.EndToEnd.Monitoring;

/// <summary>deploy/monitoring/iot-orleans.dashboard.json.</summary>
internal static class Board
{
    public static string Text { get; } = File.ReadAllText(Path.Combine(MonitoringFiles.Folder, "iot-orleans.dashboard.json"));

    public static JsonElement Json { get; } = JsonDocument.Parse(Text).RootElement;

    /// <summary>All but the titles of rows.</summary>
    public static IReadOnlyList<JsonElement> Panels { get; } =
        [.. Json.GetProperty("panels").EnumerateArray().Where(panel => panel.GetProperty("type").GetString() != "row")];

    /// <summary>What its panels ask, with Grafana's variables filled in.</summary>
    public static IReadOnlyList<string> Expressions { get; } =
    [
        .. from panel in Panels
           from target in panel.GetProperty("targets").EnumerateArray()
           select target.GetProperty("expr").GetString()!
               .Replace("$job", "iot-orleans", StringComparison.Ordinal)
               .Replace("$__rate_interval", "1m", StringComparison.Ordinal),
    ];

    /// <summary>What its variables ask: <c>label_values(series, label)</c>.</summary>
    public static IEnumerable<string> SeriesOfVariables =>
        from variable in Json.GetProperty("templating").GetProperty("list").EnumerateArray()
        where variable.GetProperty("type").GetString() == "query"
        select variable.GetProperty("query").GetProperty("query").GetString()!.Split('(', ',')[1];
}
