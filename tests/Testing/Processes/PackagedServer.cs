using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using IoTOrleans.Testing.Emulators;

namespace IoTOrleans.Testing.Processes;

/// <summary>
/// Prometheus or Alertmanager of a Debian package, with a port and a folder of its own: not the one that the package may have started.
/// </summary>
public sealed class PackagedServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _output = new();
    private readonly string _program;
    private readonly string _package;
    private Process? _process;

    public PackagedServer(string program, string package)
    {
        (_program, _package) = (program, package);
        Http = new() { BaseAddress = new Uri($"http://127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}") };
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("iot-orleans-").FullName;

    public int Port { get; } = FreePort.Next();

    public HttpClient Http { get; }

    public IReadOnlyList<string> Output => [.. _output];

    /// <summary>Starts it and waits until it says that it is ready.</summary>
    public async Task Run(params string[] arguments)
    {
        var start = new ProcessStartInfo(_program, [$"--web.listen-address=127.0.0.1:{Port}", .. arguments])
        {
            WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        _process = Command.TryStart(start) ?? throw Prerequisite.Missing($"This test needs {_program}: apt-get install {_package}");
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await Until(IsReady, $"{_program} to be ready");
    }

    public Task Until(Func<Task<bool>> condition, string what) =>
        Eventually.Is(condition, what, () => string.Join(Environment.NewLine, _output));

    public async Task Kill()
    {
        if (_process is not { HasExited: false }) return;
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Kill();
        _process?.Dispose();
        Http.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private async Task<bool> IsReady()
    {
        if (_process!.HasExited) throw new InvalidOperationException(string.Join(Environment.NewLine, _output));
        try
        {
            using var answer = await Http.GetAsync("/-/ready");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private void Keep(string? line)
    {
        if (line is not null) _output.Enqueue(line);
    }
}
