using System.ComponentModel;
using System.Diagnostics;

namespace IoTOrleans.Testing.Emulators;

public static class Command
{
    /// <summary>Runs a command to its end; null where there is no such command.</summary>
    public static async Task<CommandResult?> Run(string folder, TimeSpan timeout, string file, params string[] arguments)
    {
        var start = new ProcessStartInfo(OnPath(file), arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = TryStart(start);
        if (process is null) return null;

        using var limit = new CancellationTokenSource(timeout, TimeProvider.System);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new CommandResult(process.ExitCode, await output + await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return new CommandResult(-1, $"{file} did not end within {timeout}.");
        }
    }

    public static Process? TryStart(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    /// <summary>npm is a batch file on Windows, which Process.Start finds only under its full name.</summary>
    private static string OnPath(string file) => OperatingSystem.IsWindows() && file == "npm" ? "npm.cmd" : file;
}

/// <param name="Output">Standard output, and after it standard error.</param>
public sealed record CommandResult(int ExitCode, string Output);
