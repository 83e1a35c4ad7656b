using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using IoTOrleans.Testing.Processes;

namespace IoTOrleans.Silent;

/// <summary>
/// A real silo that other machines reach; connections that say nothing, more than it takes, renewed as soon as they are closed; and
/// meanwhile things that connect and health checks, from loopback and from the address of the silent ones.
/// </summary>
internal sealed class SilentRun(SilentOptions options, Process silo, Target target, TimeProvider time)
{
    public const string Username = "device";
    public const string Password = "secret-1";

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);

    private readonly long _began = time.GetTimestamp();
    private string[] _attack = ["0", "0", "0", "0"];

    public static async Task<int> Execute(SilentOptions options, TimeProvider time)
    {
        var folder = Directory.CreateTempSubdirectory("silent-").FullName;
        var target = new Target(Elsewhere(), FreePort.Next(), FreePort.Next());
        using var silo = Start(folder, target);
        try
        {
            return await new SilentRun(options, silo, target, time).Measure();
        }
        finally
        {
            if (!silo.HasExited) silo.Kill(entireProcessTree: true);
            await silo.WaitForExitAsync();
            if (options.Keep) Console.WriteLine($"Log: {folder}");
            else Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>An address of this machine that is not loopback: loopback has places of its own.</summary>
    private static IPAddress Elsewhere() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(network => network.OperationalStatus == OperationalStatus.Up)
        .SelectMany(network => network.GetIPProperties().UnicastAddresses)
        .Select(address => address.Address)
        .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address))
        ?? throw new InvalidOperationException("This machine has no address but loopback: connect it to a network.");

    private static Process Start(string folder, Target target)
    {
        var process = Process.Start(SiloProgram.In(folder, new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = string.Create(CultureInfo.InvariantCulture, $"http://0.0.0.0:{target.HttpPort}"),
            ["Auth__ApiKey"] = "a-key-that-nobody-needs-here",
            ["Orleans__Endpoints__SiloPort"] = FreePort.Next().ToString(CultureInfo.InvariantCulture),
            ["Storage__Provider"] = "Memory",
            ["Events__Mqtt__Listen__Address"] = "0.0.0.0",
            ["Events__Mqtt__Listen__Port"] = target.MqttPort.ToString(CultureInfo.InvariantCulture),
            ["Events__Mqtt__Listen__Username"] = Username,
            ["Events__Mqtt__Listen__Password"] = Password,
            ["Presence__Grace"] = "1h",
        }))!;
        var log = TextWriter.Synchronized(new StreamWriter(Path.Combine(folder, "silo.log")) { AutoFlush = true });
        process.OutputDataReceived += (_, line) => log.WriteLine(line.Data);
        process.ErrorDataReceived += (_, line) => log.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private async Task<int> Measure()
    {
        var ready = Probe.Thing("ready", new(IPAddress.Loopback, target.MqttPort), time);
        for (var patient = 0; !await ready.Answers(); patient++)
        {
            if (patient == 120 || silo.HasExited) throw new TimeoutException("The silo does not start; see its log with --keep.");
            await Task.Delay(TimeSpan.FromMilliseconds(500), time);
        }

        Say($"without silent connections, {options.Calm} s");
        var calm = await Probes(TimeSpan.FromSeconds(options.Calm));

        Say($"{options.Http:N0} silent connections at HTTP and {options.Mqtt:N0} at MQTT, {options.Seconds} s");
        using var attack = Attackers();
        await Task.Delay(TimeSpan.FromSeconds(2), time);
        var besieged = await Probes(TimeSpan.FromSeconds(options.Seconds));
        var memory = silo.PeakMemory();
        attack.StandardInput.Close();
        await attack.WaitForExitAsync();

        Print(calm, besieged, memory);
        var good = !silo.HasExited && besieged.All(one => one.Times.Failed == 0 && one.Times.Worst <= Soon);
        Console.WriteLine();
        Console.WriteLine(good ? $"All were answered within {Soon.TotalSeconds:0} s." : "Not all were answered in time.");
        return good ? 0 : 1;
    }

    private Process Attackers()
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [
                typeof(SilentRun).Assembly.Location, "--attack", target.ToString(),
                "--http", $"{options.Http}", "--mqtt", $"{options.Mqtt}",
            ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => _attack = line.Data?.Split(' ') ?? _attack;
        process.BeginOutputReadLine();
        return process;
    }

    private async Task<List<(string What, Times Times)>> Probes(TimeSpan duration)
    {
        Probe[] probes =
        [
            Probe.Thing("thing connects from loopback", new(IPAddress.Loopback, target.MqttPort), time),
            Probe.Thing("thing connects from elsewhere", new(target.Address, target.MqttPort), time),
            Probe.Health("health from loopback", new(IPAddress.Loopback, target.HttpPort), time),
            Probe.Health("health from elsewhere", new(target.Address, target.HttpPort), time),
        ];
        var times = await Task.WhenAll(probes.Select(probe => probe.Run(duration)));
        return [.. probes.Zip(times, (probe, taken) => (probe.What, taken))];
    }

    private void Print(List<(string What, Times Times)> calm, List<(string What, Times Times)> besieged, string memory)
    {
        Console.WriteLine();
        Console.WriteLine("| | none: median | worst | failed | silent ones: median | worst | failed |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        foreach (var ((what, before), (_, during)) in calm.Zip(besieged))
        {
            Console.WriteLine(
                $"| {what} | {Ms(before.Median)} | {Ms(before.Worst)} | {before.Failed} of {before.Taken.Count + before.Failed} "
                    + $"| {Ms(during.Median)} | {Ms(during.Worst)} | {during.Failed} of {during.Taken.Count + during.Failed} |");
        }

        Console.WriteLine();
        Console.WriteLine(
            $"Silent connections opened: {_attack[0]} at HTTP ({_attack[1]} open at the end), {_attack[2]} at MQTT ({_attack[3]} open). "
                + $"Peak memory of the silo: {memory}.");
    }

    private static string Ms(TimeSpan? time) => time is { } span ? $"{span.TotalMilliseconds:0.0} ms" : "never";

    private void Say(string what) => Console.WriteLine($"{time.GetElapsedTime(_began).TotalSeconds,7:0.0} s  {what}");
}
