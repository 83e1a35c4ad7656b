namespace IoTOrleans.Events.Watermarks;

/// <summary>
/// Notices that this process stood still: stopped by a debugger or a hypervisor, or asleep with its machine. Whoever asks first after that
/// notices it, since timers that fell due meanwhile fire in any order.
/// </summary>
internal sealed partial class StallWatch(TimeProvider time, ILogger<StallWatch> logger) : BackgroundService
{
    /// <summary>Shorter ones happen on a busy machine, and are no longer than what events are given to come in anyway.</summary>
    internal static readonly TimeSpan Shortest = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private (long At, DateTimeOffset Clock)? _beaten;
    private Stall? _last;

    /// <summary>The last one; null: there has been none.</summary>
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
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) Beat();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Nobody is judged any more.
        }
    }

    private void Beat()
    {
        lock (_lock)
        {
            var (before, now, clock) = (_beaten, time.GetTimestamp(), time.GetUtcNow());
            _beaten = (now, clock);
            if (before is not { } last) return;

            // While the machine sleeps, the monotonic clock may stand still, too. A clock that is set forward looks the same: little harm.
            var length = Moments.Later(time.GetElapsedTime(last.At, now), clock - last.Clock);
            if (length < Shortest + BeatEvery) return;
            _last = new Stall(clock, length);
            LogStalled((int)length.TotalSeconds);
        }
    }

    [LoggerMessage(
        LogLevel.Warning,
        "This process stood still for {Seconds} s: what fell due meanwhile waits until what happened meanwhile has come in")]
    private partial void LogStalled(int seconds);
}
