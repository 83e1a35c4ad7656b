using System.Globalization;
using System.Text.RegularExpressions;
using IoTOrleans.Testing.Emulators;
using IoTOrleans.Testing.Processes;
using Shouldly;

namespace IoTOrleans.Silo.Tests.EndToEnd.Tls;

/// <summary>Somebody else's silo in a process of its own (the project Silo.Stranger).</summary>
internal static partial class Stranger
{
    /// <summary>Tries to get into a silo, and says what came of it.</summary>
    /// <param name="files">With which it speaks TLS: a certificate and its key.</param>
    public static async Task<string> Knocks(SiloProcess victim, params string[] files)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "IoTOrleans.Silo.Stranger.dll");
        var port = FreePort.Next().ToString(CultureInfo.InvariantCulture);
        var result = await Command.Run(
            victim.Folder, TimeSpan.FromMinutes(2), "dotnet", [program, await AddressOf(victim), port, .. files]);
        result.ShouldNotBeNull();
        return result.Output.Trim();
    }

    /// <summary>With the number of its start. A stranger finds that out by asking the port for a silo of another number.</summary>
    private static async Task<string> AddressOf(SiloProcess silo)
    {
        string? address = null;
        await silo.Until(
            async () => (address = Address().Matches(await silo.Http.GetStringAsync("/dashboard/DashboardCounters"))
                .Select(match => match.Value)
                .FirstOrDefault(found => found.StartsWith($"127.0.0.1:{silo.SiloPort}@", StringComparison.Ordinal))) is not null,
            "the dashboard to count");
        return address!;
    }

    [GeneratedRegex(@"[0-9.]+:[0-9]+@[0-9]+")]
    private static partial Regex Address();
}
