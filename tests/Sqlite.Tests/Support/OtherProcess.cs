using System.Diagnostics;

namespace IoTOrleans.Sqlite.Tests.Support;

/// <summary>A real second process with a store of its own (the project Sqlite.OtherProcess).</summary>
internal sealed class OtherProcess(Process process, CancellationToken timeout) : IDisposable
{
    public static OtherProcess Start(CancellationToken timeout, params string[] arguments)
    {
        var dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        var program = Path.Combine(AppContext.BaseDirectory, "IoTOrleans.Sqlite.OtherProcess.dll");
        return new OtherProcess(Process.Start(new ProcessStartInfo(dotnet, [program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!, timeout);
    }

    public async Task<string?> ReadLine() => await process.StandardOutput.ReadLineAsync(timeout);

    /// <summary>kill -9: the process gets no chance to finish anything.</summary>
    public async Task Kill()
    {
        process.Kill();
        await process.WaitForExitAsync(timeout);
    }

    public async Task<(int ExitCode, string Error)> WaitForExit()
    {
        process.StandardInput.Close();
        var error = await process.StandardError.ReadToEndAsync(timeout);
        await process.WaitForExitAsync(timeout);
        return (process.ExitCode, error.Trim());
    }

    public void Dispose()
    {
        if (!process.HasExited) process.Kill();
        process.Dispose();
    }
}
