using IoTOrleans.Grains.Ports;
using IoTOrleans.Silo.Hosting;
using IoTOrleans.Silo.Reminders;

namespace IoTOrleans.Silo.Pauses;

/// <summary>
/// Notices that this process stood still: stopped by a debugger or a hypervisor, or asleep with its machine. Whoever asks first after that
/// notices it, since timers that fell due meanwhile fire in any order. And that the clock was set back.
/// </summary>
internal sealed partial class PauseWatch(
    TimeProvider time, IHostApplicationLifetime lifetime, ILogger<PauseWatch> logger, ReminderClock? reminders = null, ClockMark? mark = null)
    : BackgroundService
{
    /// <summary>NTP slews what is less.</summary>
    internal static readonly TimeSpan ShortestStep = TimeSpan.FromSeconds(2);

    /// <summary>Orleans refuses to activate grains whose memory would be collected before the time of its last look.</summary>
    internal static readonly TimeSpan LongestStep = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan beat = TimeSpan.FromSeconds(1);

    /// <summary>Shorter ones happen on a busy machine, and are no longer than what events are given to come in anyway.</summary>
    internal static readonly TimeSpan Shortest = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private (long At, DateTimeOffset Clock)? beaten;
    private Pause? last;
    private bool ends;

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
        if (mark?.SetBackBy is { } by) LogSetBackBefore(by.TotalSeconds);
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
            // The clock is read in between, so that a pause between two readings never looks like a clock that was set back.
            var (previous, now, clock) = (beaten, time.GetTimestamp(), time.GetUtcNow());
            beaten = (time.GetTimestamp(), clock);
            if (previous is not { } before) return;
            var (elapsed, passed) = (time.GetElapsedTime(before.At, now), clock - before.Clock);
            if (elapsed - passed >= ShortestStep) SetBack(elapsed - passed, clock);
            else if (!ends) mark?.Keep(clock);
            var length = elapsed > passed ? elapsed : passed;
            if (length < Shortest + beat) return;
            last = new Pause(clock, length);
            LogPaused((int)length.TotalSeconds);
        }
    }

    private void SetBack(TimeSpan by, DateTimeOffset clock)
    {
        if (by < LongestStep)
        {
            LogSetBack(by.TotalSeconds);
            reminders?.SetBack(by);
            return;
        }

        // For the next start.
        mark?.Write(clock + by);
        ends = true;
        LogEnds(by.TotalSeconds);
        Environment.ExitCode = Startup.Failed;
        lifetime.StopApplication();
    }

    [LoggerMessage(LogLevel.Warning, "The clock was set back by {Seconds:0} s. What happened before that may be told late by as much")]
    private partial void LogSetBack(double seconds);

    [LoggerMessage(LogLevel.Critical, "The clock was set back by {Seconds:0} s, and Orleans cannot go on over a minute or more. The process ends, so that something starts it again. "
        + "With SQLite the next start looks at whatever waits; what happened before may be told late by as much")]
    private partial void LogEnds(double seconds);

    [LoggerMessage(LogLevel.Warning, "The clock is {Seconds:0} s behind the last time that was stored: it was set back, or is not right yet. If it is still behind in a minute, each thing that waits is looked at")]
    private partial void LogSetBackBefore(double seconds);

    [LoggerMessage(LogLevel.Warning, "This process stood still for {Seconds} s: what fell due meanwhile waits until what happened meanwhile has come in")]
    private partial void LogPaused(int seconds);
}
