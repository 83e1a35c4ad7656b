using System.Globalization;
using System.Text.RegularExpressions;

namespace IoTOrleans.Testing.Telemetry;

/// <summary>What <c>/metrics</c> answered, in the text format of Prometheus.</summary>
public sealed partial class Scrape
{
    public Scrape(string text)
    {
        Text = text;
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                var words = line.Split(' ');
                Types[words[2]] = words[3];
            }
            else if (Sample().Match(line) is { Success: true } sample)
            {
                var labels = Label().Matches(sample.Groups["labels"].Value)
                    .ToDictionary(one => one.Groups[1].Value, one => one.Groups[2].Value);
                var value = sample.Groups["value"].Value.Replace("Inf", "Infinity", StringComparison.Ordinal).TrimStart('+');
                Samples.Add(new(sample.Groups["name"].Value, labels, double.Parse(value, CultureInfo.InvariantCulture)));
            }
        }
    }

    public string Text { get; }

    /// <summary>By name.</summary>
    public Dictionary<string, string> Types { get; } = [];

    public List<PrometheusSample> Samples { get; } = [];

    /// <returns>The sum of the samples with these labels.</returns>
    public double Sum(string name, params (string Label, string Value)[] labels) =>
        Samples.Where(sample => sample.Name == name && labels.All(one => sample.Labels.GetValueOrDefault(one.Label) == one.Value))
            .Sum(sample => sample.Value);

    [GeneratedRegex(@"^(?<name>[a-zA-Z_:][\w:]*)(\{(?<labels>.*)\})? (?<value>\S+)")]
    private static partial Regex Sample();

    [GeneratedRegex("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"")]
    private static partial Regex Label();
}

public sealed record PrometheusSample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);
