using IoTOrleans.Testing.Processes;

namespace IoTOrleans.Storm;

internal sealed record StormOptions
{
    public const string Usage =
        "dotnet run -c Release --project bench/Storm -- [--things 50000] [--spread 60] [--grace 120] [--provider Sqlite] "
            + "[--heap 0x14000000] [--keep]\n"
        + "  --things     10 to 1000000\n"
        + "  --spread     seconds from the first drop to the last: 1 to 600\n"
        + "  --grace      seconds: 5 to 3600; long enough for all drops to come in, if nothing else is to be measured\n"
        + "  --provider   Sqlite or Memory\n"
        + "  --heap       DOTNET_GCHeapHardLimit of the silo, in hexadecimal\n"
        + "  --keep       keep the folder with the silo's log and data";

    public int Things { get; init; } = 50_000;

    public int Spread { get; init; } = 60;

    public int Grace { get; init; } = 120;

    public string Provider { get; init; } = "Sqlite";

    public string? Heap { get; init; }

    public bool Keep { get; init; }

    public static StormOptions? Parse(IReadOnlyList<string> arguments)
    {
        var options = new StormOptions();
        for (var i = 0; i < arguments.Count; i++)
        {
            var name = arguments[i];
            if (name == "--keep")
            {
                options = options with { Keep = true };
                continue;
            }

            var value = ++i < arguments.Count ? arguments[i] : "";
            StormOptions? next = name switch
            {
                "--things" when Argument.Number(value, 10, 1_000_000) is { } things => options with { Things = things },
                "--spread" when Argument.Number(value, 1, 600) is { } spread => options with { Spread = spread },
                "--grace" when Argument.Number(value, 5, 3600) is { } grace => options with { Grace = grace },
                "--provider" when value is "Sqlite" or "Memory" => options with { Provider = value },
                "--heap" when value.Length > 0 => options with { Heap = value },
                _ => null,
            };
            if (next is null) return null;
            options = next;
        }

        return options;
    }
}
