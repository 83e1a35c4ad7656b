using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace IoTOrleans.Testing.Mqtt;

/// <summary>The real mosquitto_sub and mosquitto_pub: clients that were not written by anybody near us.</summary>
public sealed class MosquittoClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly Task<string> _errors;

    private MosquittoClient(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    public StreamReader Output => _process.StandardOutput;

    public static MosquittoClient Subscribe(int port, params string[] arguments) => Start("mosquitto_sub", port, ["-t", "#", .. arguments]);

    /// <returns>Exit code and what it complained of.</returns>
    public static Task<(int ExitCode, string Errors)> Publish(int port, params string[] arguments) =>
        Start("mosquitto_pub", port, ["-t", "some/topic", .. arguments]).Exit();

    public async Task<(int ExitCode, string Errors)> Exit()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience);
        return (_process.ExitCode, await _errors);
    }

    /// <summary>kill -9: the kernel closes the socket, the program says nothing.</summary>
    public void Kill() => _process.Kill();

    /// <summary>TERM: it says goodbye. STOP: it is there, and says nothing any more.</summary>
    public void Signal(string signal)
    {
        using var kill = Process.Start("kill", ["-" + signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    private static MosquittoClient Start(string program, int port, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, ["-h", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            return new MosquittoClient(Process.Start(start)!);
        }
        catch (Win32Exception exception)
        {
            var missing = $"{program} is not installed ({exception.Message}): apt-get install mosquitto-clients";
            if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail(missing);
            Assert.Skip(missing);
            throw;
        }
    }
}
