using System.Globalization;
using System.Text.RegularExpressions;
using IoTOrleans.Chaos.Faults;

namespace IoTOrleans.Chaos;

internal sealed partial record ChaosOptions
{
    public const string Usage =
        "dotnet run --project bench/Chaos -- [--duration 10m] [--seed 1] [--silos 3] [--things 300] [--lanes 3] [--keep]\n"
        + "  --duration   how long things break: 30s to 24h; after it at most 12 minutes until everything has been told\n"
        + "  --seed       the plan of faults and fleet follows from it alone\n"
        + "  --silos      1 to 8 processes\n"
        + "  --things     10 to 5000\n"
        + "  --lanes      1 to 3: how many faults there are at a time at most\n"
        + "  --keep       keep the folder with the silos' logs also when all is well";

    public TimeSpan Duration { get; init; } = TimeSpan.FromMinutes(10);

    public int Seed { get; init; } = 1;

    public int Silos { get; init; } = 3;

    public int Things { get; init; } = 300;

    public int Lanes { get; init; } = FaultPlan.MostLanes;

    public bool Keep { get; init; }

    /// <param name="wrong">What to tell whoever typed it; null where all is well.</param>
    public static ChaosOptions? Parse(IReadOnlyList<string> arguments, out string? wrong)
    {
        var options = new ChaosOptions();
        wrong = null;
        for (var i = 0; i < arguments.Count; i++)
        {
            var (name, value) = arguments[i].Split('=', 2) is [var left, var right] ? (left, right) : (arguments[i], null);
            if (name == "--keep" && value is null)
            {
                options = options with { Keep = true };
                continue;
            }

            value ??= i + 1 < arguments.Count ? arguments[++i] : "";
            ChaosOptions? next = name switch
            {
                "--duration" when ReadDuration(value) is { } duration => options with { Duration = duration },
                "--seed" when ReadNumber(value, 0, int.MaxValue) is { } seed => options with { Seed = seed },
                "--silos" when ReadNumber(value, 1, 8) is { } silos => options with { Silos = silos },
                "--things" when ReadNumber(value, 10, 5000) is { } things => options with { Things = things },
                "--lanes" when ReadNumber(value, 1, FaultPlan.MostLanes) is { } lanes => options with { Lanes = lanes },
                _ => null,
            };
            if (next is null)
            {
                wrong = $"{name} {value}: not understood.\n{Usage}";
                return null;
            }

            options = next;
        }

        return options;
    }

    private static TimeSpan? ReadDuration(string text)
    {
        if (DurationText().Match(text) is not { Success: true } match) return null;
        var number = double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        var duration = match.Groups[2].Value switch
        {
            "s" => TimeSpan.FromSeconds(number),
            "m" => TimeSpan.FromMinutes(number),
            _ => TimeSpan.FromHours(number),
        };
        return duration >= TimeSpan.FromSeconds(30) && duration <= TimeSpan.FromHours(24) ? duration : null;
    }

    private static int? ReadNumber(string text, int from, int to) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= from && number <= to
            ? number
            : null;

    [GeneratedRegex(@"^(\d{1,6})(s|m|h)$")]
    private static partial Regex DurationText();
}
