using System.Globalization;
using Spectre.Console;

namespace IoTOrleans.Fleet;

internal static class Report
{
    public static void Print(IReadOnlyList<Result> results, Scale scale, FleetOptions options)
    {
        var table = new Table().MarkdownBorder();
        table.AddColumns("measured", "unit", "service (min to max)", "ceiling (min to max)", "share of the ceiling");
        foreach (var one in results)
        {
            table.AddRow(
                $"{one.Scenario}: {one.Variant}", one.Unit, Range(one.OurMedian, one.Ours), Range(one.CeilingMedian, one.Ceiling),
                one.Share.ToString("0.00", CultureInfo.InvariantCulture));
        }

        // In a file or a pipe nobody wraps a table.
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = 240;
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine($"Medians of {options.Repeats}; {scale}; {Environment.ProcessorCount} cores.");
    }

    public static string Format(double value) => value switch
    {
        >= 1000 => value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.00", CultureInfo.InvariantCulture),
    };

    private static string Range(double median, IReadOnlyList<double> all) =>
        $"{Format(median)} ({Format(all.Min())} to {Format(all.Max())})";
}
