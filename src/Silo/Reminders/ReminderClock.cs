using IoTOrleans.Events.Machine;

namespace IoTOrleans.Silo.Reminders;

/// <summary>
/// Ticks the reminders of this silo that are due soon, the longest due first, with one timer. Orleans' own service needs 2.1 KB for each,
/// which would fill a small container when a hundred thousand things disconnect at once (docs/decisions/0020).
/// </summary>
internal sealed partial class ReminderClock(
    IGrainFactory grains, MemoryGauge memory, TimeProvider time, ILogger<ReminderClock> logger) : IDisposable
{
    /// <summary>What ticks later than this stays in the table until a later read (<see cref="ReminderService.RefreshEvery"/>).</summary>
    internal static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    /// <summary>Reminders whose time passed while no silo had them tick within this, spread out, and not at their next period.</summary>
    internal static readonly TimeSpan OverdueWithin = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(3);

    /// <summary>Each tick is an activation, a read and a write.</summary>
    internal const int AtOnce = 256;

    internal const int AtOnceWhenFull = 8;

    private readonly Lock _lock = new();
    private readonly HashSet<Alarm> _alarms = new(Alarm.ByIdentity.Instance);
    private readonly PriorityQueue<Alarm, DateTime> _queue = new();
    private ITimer? _timer;
    private DateTime _timerFor = DateTime.MaxValue;
    private HashSet<Alarm>? _changedMeanwhile;
    private TaskCompletionSource? _quiet;
    private bool _isRunning;
    private int _ringing;

    public int Count
    {
        get
        {
            lock (_lock) return _alarms.Count;
        }
    }

    public void Start()
    {
        lock (_lock)
        {
            _isRunning = true;
            Ring();
        }
    }

    /// <summary>Returns when no tick is under way any more.</summary>
    public Task Stop()
    {
        lock (_lock)
        {
            _isRunning = false;
            if (_ringing == 0) return Task.CompletedTask;
            _quiet ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return _quiet.Task;
        }
    }

    public void Set(GrainId grain, string name, DateTime startAt, TimeSpan period)
    {
        lock (_lock)
        {
            _changedMeanwhile?.Add(new Alarm(grain, name));
            Remember(new Alarm(grain, name), startAt, period);
            Ring();
        }
    }

    public void Remove(GrainId grain, string name)
    {
        lock (_lock)
        {
            var alarm = new Alarm(grain, name);
            _changedMeanwhile?.Add(alarm);
            Forget(alarm);
        }
    }

    /// <summary>The table is about to be read: changes from here on are newer than what it will return.</summary>
    public void BeginRead()
    {
        lock (_lock) _changedMeanwhile = new(Alarm.ByIdentity.Instance);
    }

    /// <param name="lookAtAll">Each ticks soon, because the clock by which it was set was wrong.</param>
    public void EndRead(IReadOnlyCollection<ReminderEntry> rows, Func<GrainId, bool> isInPart, bool lookAtAll = false)
    {
        lock (_lock)
        {
            var changed = _changedMeanwhile ?? throw new InvalidOperationException("Nobody has begun to read.");
            _changedMeanwhile = null;
            var stored = new HashSet<Alarm>(Alarm.ByIdentity.Instance);
            var now = Now;
            var spread = Apart * rows.Count(row => lookAtAll || row.StartAt < now);
            if (spread > OverdueWithin) spread = OverdueWithin;
            foreach (var row in rows)
            {
                var alarm = new Alarm(row.GrainId, row.ReminderName);
                if (changed.Contains(alarm)) continue;
                var startAt = DateTime.SpecifyKind(row.StartAt, DateTimeKind.Utc);
                var soon = lookAtAll || startAt < now ? now + (spread * Random.Shared.NextDouble()) : (DateTime?)null;
                if (Remember(alarm, startAt, row.Period, soon, again: lookAtAll)) stored.Add(alarm);
            }

            Drop(alarm => isInPart(alarm.Grain) && !stored.Contains(alarm) && !changed.Contains(alarm));
            Ring();
        }
    }

    public void Drop(Func<Alarm, bool> condition)
    {
        lock (_lock)
        {
            foreach (var alarm in _alarms.Where(condition).ToList()) Forget(alarm);
        }
    }

    /// <summary>The clock was set back: each reminder keeps its distance in time.</summary>
    public void SetBack(TimeSpan by)
    {
        lock (_lock)
        {
            foreach (var alarm in _alarms.Where(alarm => alarm.Next < DateTime.MaxValue)) Move(alarm, alarm.Next - by);
            Ring();
        }
    }

    public void Dispose() => _timer?.Dispose();

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <param name="soon">It ticks then, whatever it is set for; null: when it is set for.</param>
    /// <returns>Whether it is near enough to be remembered.</returns>
    private bool Remember(Alarm alarm, DateTime startAt, TimeSpan period, DateTime? soon = null, bool again = false)
    {
        var now = Now;
        if (_alarms.TryGetValue(alarm, out var known))
        {
            // An unchanged one has its next tick already, and may have had this one.
            if (known.StartAt == startAt && known.Period == period)
            {
                if (again && soon is { } sooner) Move(known, sooner);
                return true;
            }

            alarm = known;
        }

        if (soon is null && Alarm.FirstTick(startAt, period, now) > now + Window)
        {
            Forget(alarm);
            return false;
        }

        alarm.Set(startAt, period, now);
        if (soon is { } at) alarm.TickAt(at);
        _alarms.Add(alarm);
        Enqueue(alarm);
        return true;
    }

    private void Move(Alarm alarm, DateTime at)
    {
        alarm.TickAt(at);
        Enqueue(alarm);
    }

    private void Forget(Alarm alarm)
    {
        if (!_alarms.TryGetValue(alarm, out var known)) return;
        known.Cancel();
        _alarms.Remove(known);
    }

    /// <summary>A moved or removed alarm leaves an entry in the queue, until its turn comes or most entries are such.</summary>
    private void Enqueue(Alarm alarm)
    {
        _queue.Enqueue(alarm, alarm.Next);
        if (_queue.Count < 1000 || _queue.Count < 2 * _alarms.Count) return;
        _queue.Clear();
        _queue.EnqueueRange(_alarms.Select(waiting => (waiting, waiting.Next)));
        _queue.TrimExcess();
    }

    private void Ring()
    {
        while (_isRunning && _ringing < AtOnce && !(_ringing >= AtOnceWhenFull && memory.IsFull)
            && _queue.TryPeek(out var alarm, out var at))
        {
            var now = Now;
            if (at > now)
            {
                SetTimer(at, now);
                return;
            }

            _queue.Dequeue();
            if (alarm.Next != at) continue;
            alarm.Advance(now);
            if (alarm.Next > now + Window) Forget(alarm);
            else Enqueue(alarm);

            // What delays the last tick would delay this one, too.
            if (alarm.IsRinging) continue;
            alarm.IsRinging = true;
            _ringing++;
            _ = Tick(alarm, new TickStatus(alarm.StartAt, alarm.Period, now));
        }
    }

    private async Task Tick(Alarm alarm, TickStatus status)
    {
        // Leaves the lock.
        await Task.Yield();
        var failed = false;
        try
        {
            await grains.GetGrain<IRemindable>(alarm.Grain).ReceiveReminder(alarm.Name, status);
        }
        catch (Exception exception)
        {
            failed = true;
            LogTickFailed(exception, alarm.Grain);
        }

        lock (_lock)
        {
            alarm.IsRinging = false;
            if (!failed) alarm.Succeeded();
            else if (alarm.Failed(Now)) Enqueue(alarm);
            if (--_ringing == 0) _quiet?.TrySetResult();
            Ring();
        }
    }

    private void SetTimer(DateTime at, DateTime now)
    {
        if (_timerFor <= at && _timerFor > now) return;
        _timerFor = at;

        // A millisecond more, the timer's resolution: a timer that fires too early would only be set again.
        var due = at - now + TimeSpan.FromMilliseconds(1);
        if (_timer is null) _timer = time.CreateTimer(static clock => ((ReminderClock)clock!).Fired(), this, due, Timeout.InfiniteTimeSpan);
        else _timer.Change(due, Timeout.InfiniteTimeSpan);
    }

    private void Fired()
    {
        lock (_lock)
        {
            _timerFor = DateTime.MaxValue;
            Ring();
        }
    }

    [LoggerMessage(LogLevel.Warning, "The reminder of {Grain} failed. It ticks again in some seconds")]
    private partial void LogTickFailed(Exception exception, GrainId grain);
}
