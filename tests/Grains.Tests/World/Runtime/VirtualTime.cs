namespace IoTOrleans.Grains.Tests.World.Runtime;

/// <summary>
/// The one clock of a simulated world and everything that is going to happen in it. Nothing here waits: when nothing more happens
/// at this moment, time jumps to the next.
/// </summary>
internal sealed class VirtualTime : TimeProvider
{
    public static readonly DateTimeOffset Start = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    private readonly PriorityQueue<Action, (DateTimeOffset At, long Order)> _later = new();
    private readonly Queue<(Stage On, Action What)> _now = new();
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private DateTimeOffset _time = Start;
    private long _order;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Seconds since the beginning: how stories tell the time.</summary>
    public double Seconds => (_time - Start).TotalSeconds;

    public override DateTimeOffset GetUtcNow() => _time;

    public override long GetTimestamp() => _time.UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        throw new NotSupportedException("A timer belongs to a silo, and ends with it: see Stage.");

    public void At(DateTimeOffset time, Action what) => _later.Enqueue(what, (time > _time ? time : _time, _order++));

    public void After(TimeSpan wait, Action what) => At(_time + wait, what);

    /// <summary>At this moment, after everything that is already under way.</summary>
    public void Soon(Stage on, Action what)
    {
        // A product line that leaves its context would run on another thread: no world could be repeated any more.
        if (Environment.CurrentManagedThreadId != _thread) throw new InvalidOperationException("Something left the simulated thread.");
        _now.Enqueue((on, what));
    }

    public void RunUntil(DateTimeOffset end)
    {
        while (true)
        {
            while (_now.TryDequeue(out var next)) next.On.Perform(next.What);
            if (!_later.TryPeek(out var what, out var due) || due.At > end) break;
            _later.Dequeue();
            _time = due.At;
            what();
        }

        _time = end;
    }
}
