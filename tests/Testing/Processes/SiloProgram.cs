using System.Diagnostics;
using System.Globalization;

namespace IoTOrleans.Testing.Processes;

/// <summary>The program that users start, as it lies beside whoever refers to its project.</summary>
public static class SiloProgram
{
    /// <param name="folder">Where it is started, and keeps its data.</param>
    /// <param name="environment">Its settings. What this process has of AWS's own is not passed on.</param>
    /// <param name="under">A command that runs another one, like <c>prlimit --nofile=1024</c>.</param>
    public static ProcessStartInfo In(string folder, IReadOnlyDictionary<string, string> environment, params IReadOnlyList<string> under)
    {
        string[] command = [.. under, "dotnet", Path.Combine(AppContext.BaseDirectory, "IoTOrleans.Silo.dll")];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(key => key.StartsWith("AWS_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["AWS_EC2_METADATA_DISABLED"] = "true";
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return start;
    }

    /// <summary>The most memory that it has had so far, for a report.</summary>
    public static string PeakMemory(this Process process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process.Id}/status").First(line => line.StartsWith("VmHWM", StringComparison.Ordinal));
            return $"{long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024:N0} MB";
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            return "?";
        }
    }

    /// <param name="signal">As <c>kill</c> takes it: <c>-KILL</c>, <c>-TERM</c>, <c>-STOP</c>, <c>-CONT</c>.</param>
    public static async Task Signal(this Process process, string signal)
    {
        using var kill = Process.Start("kill", [signal, process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }
}
