using System.Globalization;
using System.Net;
using IoTOrleans.Testing.Processes;

namespace IoTOrleans.Silent;

internal sealed record SilentOptions
{
    public const string Usage =
        "dotnet run -c Release --project bench/Silent -- [--http 1000] [--mqtt 10000] [--seconds 120] [--calm 30] [--keep]\n"
        + "  --http       silent HTTP connections: 0 to 15000\n"
        + "  --mqtt       silent MQTT connections: 0 to 15000\n"
        + "  --seconds    how long they are renewed: 1 to 3600\n"
        + "  --calm       seconds of the same measurements before that: 1 to 3600\n"
        + "  --keep       keep the folder with the silo's log\n"
        + "This process and the silo need as many open files as there are connections: ulimit -n 20000";

    public int Http { get; init; } = 1_000;

    public int Mqtt { get; init; } = 10_000;

    public int Seconds { get; init; } = 120;

    public int Calm { get; init; } = 30;

    public bool Keep { get; init; }

    /// <summary>Set in the process that opens the silent connections: address and HTTP port, and the MQTT port.</summary>
    public Target? Attacks { get; init; }

    public static SilentOptions? Parse(IReadOnlyList<string> arguments)
    {
        var options = new SilentOptions();
        for (var i = 0; i < arguments.Count; i++)
        {
            var name = arguments[i];
            if (name == "--keep")
            {
                options = options with { Keep = true };
                continue;
            }

            var value = ++i < arguments.Count ? arguments[i] : "";
            SilentOptions? next = name switch
            {
                "--http" when Argument.Number(value, 0, 15_000) is { } http => options with { Http = http },
                "--mqtt" when Argument.Number(value, 0, 15_000) is { } mqtt => options with { Mqtt = mqtt },
                "--seconds" when Argument.Number(value, 1, 3600) is { } seconds => options with { Seconds = seconds },
                "--calm" when Argument.Number(value, 1, 3600) is { } calm => options with { Calm = calm },
                "--attack" when Target.Parse(value) is { } target => options with { Attacks = target },
                _ => null,
            };
            if (next is null) return null;
            options = next;
        }

        return options;
    }
}

internal sealed record Target(IPAddress Address, int HttpPort, int MqttPort)
{
    public static Target? Parse(string text) =>
        text.Split(' ') is [var address, var http, var mqtt] && IPAddress.TryParse(address, out var parsed)
            ? new(parsed, int.Parse(http, CultureInfo.InvariantCulture), int.Parse(mqtt, CultureInfo.InvariantCulture))
            : null;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Address} {HttpPort} {MqttPort}");
}
