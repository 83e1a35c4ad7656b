using IoTOrleans.Silo.Hosting;

namespace IoTOrleans.Silo.Reminders;

/// <summary>Notices that the clock was set back. By a little, the reminders follow it; by more, the process ends.</summary>
internal sealed partial class ClockWatch(
    TimeProvider time, IHostApplicationLifetime lifetime, ILogger<ClockWatch> logger, ReminderClock? reminders = null,
    ClockMark? mark = null) : BackgroundService
{
    /// <summary>NTP slews smaller differences.</summary>
    internal static readonly TimeSpan ShortestStep = TimeSpan.FromSeconds(2);

    /// <summary>Orleans does not activate grains whose collection time lies before its last collection.</summary>
    internal static readonly TimeSpan LongestStep = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private (long At, DateTimeOffset Clock)? _looked;
    private bool _ends;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (mark?.SetBackBy is { } by) LogSetBackBefore(by.TotalSeconds);
        Look();
        using var timer = new PeriodicTimer(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken)) Look();
    }

    internal void Look()
    {
        // The clock is read between two timestamps, so that a stall between them never looks like a clock that was set back.
        var (before, now, clock) = (_looked, time.GetTimestamp(), time.GetUtcNow());
        _looked = (time.GetTimestamp(), clock);
        if (before is not { } last) return;
        var by = time.GetElapsedTime(last.At, now) - (clock - last.Clock);
        if (by >= ShortestStep) SetBack(by, clock);
        else if (!_ends) mark?.Keep(clock);
    }

    private void SetBack(TimeSpan by, DateTimeOffset clock)
    {
        if (by < LongestStep)
        {
            LogSetBack(by.TotalSeconds);
            reminders?.SetBack(by);
            return;
        }

        _ends = true;
        LogEnds(by.TotalSeconds);
        Environment.ExitCode = Startup.Failed;
        lifetime.StopApplication();

        // Last, because a slow disk must not hold up the end.
        mark?.Write(clock + by);
    }

    [LoggerMessage(LogLevel.Warning, "The clock was set back by {Seconds:0} s. Notifications about earlier events may be late by as much")]
    private partial void LogSetBack(double seconds);

    [LoggerMessage(LogLevel.Critical,
        "The clock was set back by {Seconds:0} s, and Orleans cannot go on after a minute or more. The process ends and has to be started "
        + "again. With SQLite the next start checks all waiting things; notifications about earlier events may be late by as much")]
    private partial void LogEnds(double seconds);

    [LoggerMessage(LogLevel.Warning,
        "The clock is {Seconds:0} s behind the last time that was stored: it was set back, or is not right yet. If it is still behind in a "
        + "minute, all waiting things are checked")]
    private partial void LogSetBackBefore(double seconds);
}
