namespace IoTOrleans.Page;

internal sealed record PageOptions
{
    public const string Usage =
        "dotnet run -c Release --project bench/Page -- [--things 5000] [--away 500] [--changes 20] [--drops 20000] [--only load|change|storm]\n"
        + "  --things     things of the fleet: 10 to 100000\n"
        + "  --away       how many of them are away: 0 to 100000\n"
        + "  --changes    changes on another silo: 2 to 1000\n"
        + "  --drops      things that drop at once: 10 to 200000\n"
        + "  --only       one part of it; change needs DynamoDB Local (Node 20, Java 17)";

    public int Things { get; init; } = 5_000;

    public int Away { get; init; } = 500;

    public int Changes { get; init; } = 20;

    public int Drops { get; init; } = 20_000;

    public string? Only { get; init; }

    public bool Has(string part) => Only is null || Only == part;

    public static PageOptions? Parse(IReadOnlyList<string> arguments)
    {
        var options = new PageOptions();
        for (var i = 0; i < arguments.Count; i += 2)
        {
            var value = i + 1 < arguments.Count ? arguments[i + 1] : "";
            PageOptions? next = arguments[i] switch
            {
                "--things" when Argument.Number(value, 10, 100_000) is { } things => options with { Things = things },
                "--away" when Argument.Number(value, 0, 100_000) is { } away => options with { Away = away },
                "--changes" when Argument.Number(value, 2, 1_000) is { } changes => options with { Changes = changes },
                "--drops" when Argument.Number(value, 10, 200_000) is { } drops => options with { Drops = drops },
                "--only" when value is "load" or "change" or "storm" => options with { Only = value },
                _ => null,
            };
            if (next is null) return null;
            options = next;
        }

        return options.Away <= options.Things ? options : null;
    }
}
