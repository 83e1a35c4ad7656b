using System.Text;
using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Silo.Notifications.Text;

/// <summary>The daily list in one language.</summary>
internal abstract class SummaryWording
{
    /// <summary>
    /// All names together, in bytes: SNS takes 256 KB, and the words are in its message six times, for people and within the JSON for
    /// programs.
    /// </summary>
    private const int LongestList = 16_000;

    /// <summary>How many first, how many of them new second.</summary>
    public abstract string Subject(FleetSummary summary);

    public abstract IEnumerable<string> Lines(FleetSummary summary, string? url);

    /// <summary>A line for each thing, as many as fit.</summary>
    protected static List<string> ThingLines(FleetSummary summary, Func<SummaryThing, string> lineOf)
    {
        var lines = new List<string>();
        var room = LongestList;
        foreach (var line in summary.Things.Select(lineOf))
        {
            room -= Encoding.UTF8.GetByteCount(line);
            if (room < 0) break;
            lines.Add(line);
        }

        return lines;
    }

    protected static string N(int number) => number.ToString("N0", System.Globalization.CultureInfo.InvariantCulture);
}
