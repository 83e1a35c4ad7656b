using System.Globalization;

namespace IoTOrleans.Fleet;

internal sealed record FleetOptions(IReadOnlyList<string> Scenarios, bool Quick, int Repeats, string? Json)
{
    public const string Usage =
        "dotnet run -c Release --project bench/Fleet -- [ingest] [storm] [restart] [query] [memory] [telemetry]"
        + " [--quick] [--repeats 5] [--json FILE]\n"
        + "dotnet run -c Release --project bench/Fleet -- reads [--quick]\n"
        + "  without a scenario: all of them\n"
        + "  telemetry   ingest with metrics scraped every 5 s, and with OTLP, against ingest without\n"
        + "  --quick     fewer things, and three repeats: within 5 minutes on two cores\n"
        + "  --repeats   1 to 25\n"
        + "  --json      writes the results there, too\n"
        + "  reads       what GET /fleet, GET /devices?status=offline and GET /devices/{thingName} take and read when 50 of many things are away";

    public static readonly IReadOnlyList<string> AllScenarios = ["ingest", "storm", "restart", "query", "memory", "telemetry"];

    public static FleetOptions? Parse(IReadOnlyList<string> arguments)
    {
        var (scenarios, quick, repeats, json) = (new List<string>(), false, (int?)null, (string?)null);
        for (var i = 0; i < arguments.Count; i++)
        {
            switch (arguments[i])
            {
                case var name when AllScenarios.Contains(name): scenarios.Add(name); break;
                case "--quick": quick = true; break;
                case "--repeats" when Number(arguments.ElementAtOrDefault(++i)) is { } number and >= 1 and <= 25: repeats = number; break;
                case "--json" when arguments.ElementAtOrDefault(++i) is { } file: json = file; break;
                default: return null;
            }
        }

        return new(scenarios.Count > 0 ? scenarios : AllScenarios, quick, repeats ?? (quick ? 3 : 5), json);
    }

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
