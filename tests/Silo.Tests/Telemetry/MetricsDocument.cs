using System.Text.RegularExpressions;
using IoTOrleans.Testing.Emulators;

namespace IoTOrleans.Silo.Tests.Telemetry;

/// <summary>A row of the table of our own metrics in docs/metrics.md.</summary>
/// <param name="OnlyWith">What the service must have for it, if that is not always there: <c>SQS</c>, <c>DynamoDB</c>, <c>the broker</c>.</param>
internal sealed partial record DocumentedMetric(
    string Name, string Prometheus, string Type, string Unit, IReadOnlyList<string> Tags, string OnlyWith)
{
    public static IReadOnlyList<DocumentedMetric> All { get; } =
    [
        .. File.ReadLines(Path.Combine(RepositoryRoot.Path, "docs", "metrics.md"))
            .Where(line => line.StartsWith("| `iot_orleans.", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Select(cells => new DocumentedMetric(
                cells[1].Trim('`'), cells[2].Trim('`'), cells[3], cells[4].Trim('`'),
                [.. Quoted().Matches(cells[5]).Select(one => one.Groups[1].Value)], cells[6])),
    ];

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
