using IoTOrleans.Testing.Processes;

namespace IoTOrleans.Streams;

internal sealed record StreamsOptions
{
    public const string Usage =
        "dotnet run -c Release --project bench/Streams -- [--streams 1000] [--things 5000] [--away 500] [--seconds 60] [--keep]\n"
        + "  --streams    open at once: 1 to 10000; the silo's limit is set to as many\n"
        + "  --things     in the fleet: 100 to 100000\n"
        + "  --away       not well all the time: 0 to 1000; at least 60 fewer than --things, which come and go\n"
        + "  --seconds    how long things come and go: 10 to 3600\n"
        + "  --keep       keep the folder with the silo's log\n"
        + "This process and the silo need three times as many open files as there are streams: ulimit -n 20000";

    private const int NeededToComeAndGo = 60;

    public int Streams { get; init; } = 1_000;

    public int Things { get; init; } = 5_000;

    public int Away { get; init; } = 500;

    public int Seconds { get; init; } = 60;

    public bool Keep { get; init; }

    public static StreamsOptions? Parse(IReadOnlyList<string> arguments)
    {
        var options = new StreamsOptions();
        for (var i = 0; i < arguments.Count; i++)
        {
            var name = arguments[i];
            if (name == "--keep")
            {
                options = options with { Keep = true };
                continue;
            }

            var value = ++i < arguments.Count ? arguments[i] : "";
            StreamsOptions? next = name switch
            {
                "--streams" when Argument.Number(value, 1, 10_000) is { } streams => options with { Streams = streams },
                "--things" when Argument.Number(value, 100, 100_000) is { } things => options with { Things = things },
                "--away" when Argument.Number(value, 0, 1_000) is { } away => options with { Away = away },
                "--seconds" when Argument.Number(value, 10, 3600) is { } seconds => options with { Seconds = seconds },
                _ => null,
            };
            if (next is null) return null;
            options = next;
        }

        if (options.Away <= options.Things - NeededToComeAndGo) return options;
        Console.Error.WriteLine(
            $"--away {options.Away} leaves fewer than {NeededToComeAndGo} of --things {options.Things} to come and go: "
            + "take more things, or fewer away.");
        return null;
    }
}
