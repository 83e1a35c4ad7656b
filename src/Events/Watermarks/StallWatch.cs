namespace IoTOrleans.Events.Watermarks;

/// <summary>
/// Notices a stall: the process was stopped by a debugger or a hypervisor, or its machine was asleep. A caller may notice it before the
/// timer here does: timers that fell due meanwhile fire in any order.
/// </summary>
internal sealed partial class StallWatch(TimeProvider time, ILogger<StallWatch> logger) : BackgroundService
{
    /// <summary>Shorter stalls happen on a busy machine, and the settle time covers them.</summary>
    internal static readonly TimeSpan Shortest = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private (long At, DateTimeOffset Clock)? _beaten;
    private Stall? _last;

    /// <summary>null: there was none.</summary>
    public Stall? Last
    {
        get
        {
            Beat();
            return _last;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Beat();
        using var timer = new PeriodicTimer(BeatEvery, time);

        // Ends the loop without an exception, which a host that fails to start would log as a crash.
        await using var stopping = stoppingToken.Register(timer.Dispose);
        while (await timer.WaitForNextTickAsync(CancellationToken.None)) Beat();
    }

    private void Beat()
    {
        lock (_lock)
        {
            var (before, now, clock) = (_beaten, time.GetTimestamp(), time.GetUtcNow());
            _beaten = (now, clock);
            if (before is not { } last) return;

            // The monotonic clock may stand still while the machine sleeps. A clock that was set forward looks the same: little harm.
            var length = Moments.Later(time.GetElapsedTime(last.At, now), clock - last.Clock);
            if (length < Shortest + BeatEvery) return;
            _last = new Stall(clock, length);
            LogStalled((int)length.TotalSeconds);
        }
    }

    [LoggerMessage(LogLevel.Warning,
        "This process stood still for {Seconds} s. Deadlines of that time wait until the events of that time have come in")]
    private partial void LogStalled(int seconds);
}
