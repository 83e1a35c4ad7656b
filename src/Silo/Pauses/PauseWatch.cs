using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Silo.Pauses;

/// <summary>
/// Notices that this process stood still: stopped by a debugger or a hypervisor, or asleep with its machine. Whoever asks first after that
/// notices it, since timers that fell due meanwhile fire in any order.
/// </summary>
internal sealed partial class PauseWatch(TimeProvider time, ILogger<PauseWatch> logger) : BackgroundService
{
    private static readonly TimeSpan beat = TimeSpan.FromSeconds(1);

    /// <summary>Shorter ones happen on a busy machine, and are no longer than what events are given to come in anyway.</summary>
    internal static readonly TimeSpan Shortest = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private (long At, DateTimeOffset Clock)? beaten;
    private Pause? last;

    /// <summary>The last one; null: there has been none.</summary>
    public Pause? Last
    {
        get
        {
            Beat();
            return last;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Beat();
        using var timer = new PeriodicTimer(beat, time);
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
        lock (gate)
        {
            // While the machine sleeps the monotonic clock may stand still, too; a clock that is set forward looks the same, at little harm.
            var (now, clock) = (time.GetTimestamp(), time.GetUtcNow());
            var length = beaten is not { } before ? TimeSpan.Zero
                : TimeSpan.FromTicks(Math.Max(time.GetElapsedTime(before.At, now).Ticks, (clock - before.Clock).Ticks));
            beaten = (now, clock);
            if (length < Shortest + beat) return;
            last = new Pause(clock, length);
            LogPaused((int)length.TotalSeconds);
        }
    }

    [LoggerMessage(LogLevel.Warning, "This process stood still for {Seconds} s: what fell due meanwhile waits until what happened meanwhile has come in")]
    private partial void LogPaused(int seconds);
}
