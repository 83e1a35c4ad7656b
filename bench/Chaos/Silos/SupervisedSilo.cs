using System.Diagnostics;
using System.Globalization;
using IoTOrleans.Chaos.Display;
using IoTOrleans.Testing.Processes;

namespace IoTOrleans.Chaos.Silos;

internal enum SiloState
{
    Down,
    Starting,
    Up,
    Paused,
}

/// <summary>One silo process, and what systemd or ECS would do for it: whatever it ends by, it is started again.</summary>
internal sealed class SupervisedSilo : IAsyncDisposable
{
    /// <summary>How a silo ends that is told to: the 30 s that it may drain, on a busy machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>The others say so after three missed probes of 5 s, and the silo itself finds out with its next write.</summary>
    private static readonly TimeSpan OwnDeath = TimeSpan.FromSeconds(40);

    private static readonly TimeSpan RestartsAfter = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _over = new();
    private readonly Lock _sync = new();
    private readonly string _name;
    private readonly string _folder;
    private readonly Dictionary<string, string> _environment;
    private readonly Screen _screen;
    private readonly TimeProvider _time;
    private readonly StreamWriter _log;
    private readonly HttpClient _http;

    // Kept until the end: whoever has just ended one may still ask it how it ended.
    private readonly List<Process> _ran = [];
    private Process? _process;
    private TimeSpan _pause = RestartsAfter;
    private bool _expected;
    private Task _supervision = Task.CompletedTask;
    private volatile SiloState _state;

    public SupervisedSilo(int number, string folder, IReadOnlyDictionary<string, string> settings, Screen screen, TimeProvider time)
    {
        _name = $"silo-{number}";
        _folder = folder;
        (_screen, _time) = (screen, time);
        var httpPort = FreePort.Next();
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{httpPort}"), Timeout = TimeSpan.FromSeconds(15) };
        _log = new StreamWriter(Path.Combine(folder, $"{_name}.log")) { AutoFlush = true };
        _environment = new Dictionary<string, string>(settings)
        {
            ["ASPNETCORE_URLS"] = _http.BaseAddress.ToString(),
            ["Orleans__Endpoints__SiloPort"] = FreePort.Next().ToString(CultureInfo.InvariantCulture),
        };
    }

    public HttpClient Http => _http;

    public SiloState State => _state;

    /// <summary>Ends that nobody asked for: what they were is in the log.</summary>
    public int DiedByItself { get; private set; }

    public void Start() => _supervision = Supervise();

    public async Task IsUp(CancellationToken cancellationToken)
    {
        while (_state != SiloState.Up) await Task.Delay(TimeSpan.FromMilliseconds(200), _time, cancellationToken);
    }

    public Task Kill(TimeSpan downFor) => End("-KILL", downFor);

    public Task Terminate(TimeSpan downFor) => End("-TERM", downFor);

    /// <summary>Comes back to life long after the others have given it up, and should see that by itself.</summary>
    public async Task Pause(TimeSpan lasts, CancellationToken cancellationToken)
    {
        if (Running() is not { } paused) return;
        (_expected, _state) = (true, SiloState.Paused);
        await paused.Signal("-STOP");
        try
        {
            await Task.Delay(lasts, _time, cancellationToken);
        }
        finally
        {
            if (_state == SiloState.Paused) _state = SiloState.Up;
            await paused.Signal("-CONT");
        }

        try
        {
            await paused.WaitForExitAsync(cancellationToken).WaitAsync(OwnDeath, _time, cancellationToken);
            _state = SiloState.Down;
        }
        catch (TimeoutException)
        {
            // Nobody has declared it dead: the only silo, or the others were away as well.
            _expected = false;
            _screen.Say($"{_name} goes on after its pause");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_over.IsCancellationRequested) return;
        await _over.CancelAsync();
        lock (_sync)
        {
            try
            {
                _process?.Kill(entireProcessTree: true);
            }
            catch (InvalidOperationException)
            {
                // Has ended.
            }
        }

        await _supervision.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var run in _ran) run.Dispose();
        await _log.DisposeAsync();
        _http.Dispose();
    }

    private Process? Running()
    {
        lock (_sync) return _process;
    }

    private async Task End(string signal, TimeSpan downFor)
    {
        if (Running() is not { } ending) return;
        (_expected, _pause) = (true, downFor);
        try
        {
            await ending.Signal(signal);
            await ending.WaitForExitAsync().WaitAsync(Patience, _time);
            _state = SiloState.Down;
            if (signal == "-TERM" && ending.ExitCode != 0) _screen.Say($"{_name} ended with {ending.ExitCode} after SIGTERM");
        }
        catch (TimeoutException)
        {
            _screen.Say($"{_name} has not ended {Patience.TotalSeconds:0} s after {signal}: killed");
            ending.Kill(entireProcessTree: true);
        }
    }

    private async Task Supervise()
    {
        while (!_over.IsCancellationRequested)
        {
            _state = SiloState.Starting;
            var run = new Process { StartInfo = SiloProgram.In(_folder, _environment) };
            run.OutputDataReceived += (_, line) => Keep(line.Data);
            run.ErrorDataReceived += (_, line) => Keep(line.Data);
            lock (_sync)
            {
                if (_over.IsCancellationRequested) return;
                run.Start();
                _process = run;
            }

            Keep($"===== started, pid {run.Id} =====");
            run.BeginOutputReadLine();
            run.BeginErrorReadLine();
            _ran.Add(run);
            await run.WaitForExitAsync();
            _state = SiloState.Down;
            Keep($"===== ended with {run.ExitCode} =====");
            if (!_expected && !_over.IsCancellationRequested)
            {
                DiedByItself++;
                _screen.Say($"{_name} ended by itself with {run.ExitCode}");
            }

            lock (_sync) _process = null;
            await Task.Delay(_pause, _time, _over.Token);
            (_expected, _pause) = (false, RestartsAfter);
        }
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_log) _log.WriteLine($"{_time.GetUtcNow():HH:mm:ss.fff} {line}");
        if (line.Contains("is watching", StringComparison.Ordinal) && _state == SiloState.Starting) _state = SiloState.Up;
    }
}
