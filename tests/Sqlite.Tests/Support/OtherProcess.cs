using System.Diagnostics;

namespace IoTOrleans.Sqlite.Tests.Support;

/// <summary>A real second process with a store of its own (the project Sqlite.OtherProcess).</summary>
internal sealed class OtherProcess : IDisposable
{
    private readonly Process _process;
    private readonly CancellationToken _timeout;

    private OtherProcess(Process process, CancellationToken timeout)
    {
        _process = process;
        _timeout = timeout;
    }

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

    public async Task<string?> ReadLine() => await _process.StandardOutput.ReadLineAsync(_timeout);

    /// <summary>kill -9: the process gets no chance to finish anything.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync(_timeout);
    }

    public async Task<(int ExitCode, string Error)> WaitForExit()
    {
        _process.StandardInput.Close();
        var error = await _process.StandardError.ReadToEndAsync(_timeout);
        await _process.WaitForExitAsync(_timeout);
        return (_process.ExitCode, error.Trim());
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}
