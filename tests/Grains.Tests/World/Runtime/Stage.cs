namespace IoTOrleans.Grains.Tests.World.Runtime;

/// <summary>
/// The thread pool and the timers of one process. It can be stopped in the middle of anything (SIGSTOP) and wake again, and it can
/// be killed: what had not happened by then never does.
/// </summary>
internal sealed class Stage(VirtualTime time) : SynchronizationContext
{
    private readonly Queue<Action> _frozen = new();

    public bool Dead { get; private set; }

    public bool Asleep { get; private set; }

    public TimeProvider Time { get; private set; } = null!;

    public static Stage On(VirtualTime time)
    {
        var stage = new Stage(time);
        stage.Time = new Clock(stage, time);
        return stage;
    }

    public void Kill() => Dead = true;

    public void Sleep() => Asleep = true;

    public void Wake()
    {
        Asleep = false;
        while (_frozen.TryDequeue(out var what)) time.Soon(this, what);
    }

    public override void Post(SendOrPostCallback d, object? state) => time.Soon(this, () => d(state));

    public void Do(Action what) => time.Soon(this, what);

    public void Perform(Action what)
    {
        if (Dead) return;
        if (Asleep)
        {
            _frozen.Enqueue(what);
            return;
        }

        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            what();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    private sealed class Clock(Stage stage, VirtualTime time) : TimeProvider
    {
        public override long TimestampFrequency => time.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

        public override long GetTimestamp() => time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new OneShot(stage, time, () => callback(state), dueTime);
    }

    /// <summary>All that the product asks of a timer outside of grains: delays and time-outs.</summary>
    private sealed class OneShot : ITimer
    {
        private readonly Stage _stage;
        private readonly VirtualTime _time;
        private readonly Action _fire;
        private int _armed;

        public OneShot(Stage stage, VirtualTime time, Action fire, TimeSpan dueTime)
        {
            (_stage, _time, _fire) = (stage, time, fire);
            Change(dueTime, Timeout.InfiniteTimeSpan);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var armed = ++_armed;
            if (dueTime == Timeout.InfiniteTimeSpan) return true;
            _time.After(dueTime, () => _stage.Do(() =>
            {
                if (armed == _armed) _fire();
            }));
            return true;
        }

        public void Dispose() => _armed++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
