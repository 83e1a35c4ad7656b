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

    private readonly CancellationTokenSource over = new();
    private readonly Lock sync = new();
    private readonly string name;
    private readonly string folder;
    private readonly Dictionary<string, string> environment;
    private readonly Screen screen;
    private readonly TimeProvider time;
    private readonly StreamWriter log;
    private readonly HttpClient http;

    // Kept until the end: whoever has just ended one may still ask it how it ended.
    private readonly List<Process> ran = [];
    private Process? process;
    private TimeSpan pause = RestartsAfter;
    private bool expected;
    private Task supervision = Task.CompletedTask;
    private volatile SiloState state;

    public SupervisedSilo(int number, string folder, IReadOnlyDictionary<string, string> settings, Screen screen, TimeProvider time)
    {
        name = $"silo-{number}";
        this.folder = folder;
        (this.screen, this.time) = (screen, time);
        var httpPort = FreePort.Next();
        http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{httpPort}"), Timeout = TimeSpan.FromSeconds(15) };
        log = new StreamWriter(Path.Combine(folder, $"{name}.log")) { AutoFlush = true };
        environment = new Dictionary<string, string>(settings)
        {
            ["ASPNETCORE_URLS"] = http.BaseAddress.ToString(),
            ["Orleans__Endpoints__SiloPort"] = FreePort.Next().ToString(CultureInfo.InvariantCulture),
        };
    }

    public HttpClient Http => http;

    public SiloState State => state;

    /// <summary>Ends that nobody asked for: what they were is in the log.</summary>
    public int DiedByItself { get; private set; }

    public void Start() => supervision = Supervise();

    public async Task IsUp(CancellationToken cancellationToken)
    {
        while (state != SiloState.Up) await Task.Delay(TimeSpan.FromMilliseconds(200), time, cancellationToken);
    }

    public Task Kill(TimeSpan downFor) => End("-KILL", downFor);

    public Task Terminate(TimeSpan downFor) => End("-TERM", downFor);

    /// <summary>Comes back to life long after the others have given it up, and should see that by itself.</summary>
    public async Task Pause(TimeSpan lasts, CancellationToken cancellationToken)
    {
        if (Running() is not { } paused) return;
        (expected, state) = (true, SiloState.Paused);
        await paused.Signal("-STOP");
        try
        {
            await Task.Delay(lasts, time, cancellationToken);
        }
        finally
        {
            if (state == SiloState.Paused) state = SiloState.Up;
            await paused.Signal("-CONT");
        }

        try
        {
            await paused.WaitForExitAsync(cancellationToken).WaitAsync(OwnDeath, time, cancellationToken);
            state = SiloState.Down;
        }
        catch (TimeoutException)
        {
            // Nobody has declared it dead: the only silo, or the others were away as well.
            expected = false;
            screen.Say($"{name} goes on after its pause");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (over.IsCancellationRequested) return;
        await over.CancelAsync();
        lock (sync)
        {
            try
            {
                process?.Kill(entireProcessTree: true);
            }
            catch (InvalidOperationException)
            {
                // Has ended.
            }
        }

        await supervision.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var run in ran) run.Dispose();
        await log.DisposeAsync();
        http.Dispose();
    }

    private Process? Running()
    {
        lock (sync) return process;
    }

    private async Task End(string signal, TimeSpan downFor)
    {
        if (Running() is not { } ending) return;
        (expected, pause) = (true, downFor);
        try
        {
            await ending.Signal(signal);
            await ending.WaitForExitAsync().WaitAsync(Patience, time);
            state = SiloState.Down;
            if (signal == "-TERM" && ending.ExitCode != 0) screen.Say($"{name} ended with {ending.ExitCode} after SIGTERM");
        }
        catch (TimeoutException)
        {
            screen.Say($"{name} has not ended {Patience.TotalSeconds:0} s after {signal}: killed");
            ending.Kill(entireProcessTree: true);
        }
    }

    private async Task Supervise()
    {
        while (!over.IsCancellationRequested)
        {
            state = SiloState.Starting;
            var run = new Process { StartInfo = SiloProgram.In(folder, environment) };
            run.OutputDataReceived += (_, line) => Keep(line.Data);
            run.ErrorDataReceived += (_, line) => Keep(line.Data);
            lock (sync)
            {
                if (over.IsCancellationRequested) return;
                run.Start();
                process = run;
            }

            Keep($"===== started, pid {run.Id} =====");
            run.BeginOutputReadLine();
            run.BeginErrorReadLine();
            ran.Add(run);
            await run.WaitForExitAsync();
            state = SiloState.Down;
            Keep($"===== ended with {run.ExitCode} =====");
            if (!expected && !over.IsCancellationRequested)
            {
                DiedByItself++;
                screen.Say($"{name} ended by itself with {run.ExitCode}");
            }

            lock (sync) process = null;
            await Task.Delay(pause, time, over.Token);
            (expected, pause) = (false, RestartsAfter);
        }
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (log) log.WriteLine($"{time.GetUtcNow():HH:mm:ss.fff} {line}");
        if (line.Contains("is watching", StringComparison.Ordinal) && state == SiloState.Starting) state = SiloState.Up;
    }
}
