using IoTOrleans.Events.Machine;

namespace IoTOrleans.Silo.Reminders;

/// <summary>
/// Ticks the reminders of this silo that are due soon. Knows no table: <see cref="ReminderService"/> tells it what is set, removed and
/// stored. One timer for all, a bounded number of ticks under way, the longest due first.
/// </summary>
/// <remarks>
/// Orleans' own service keeps a task, a timer and several cancellation sources for each reminder within its loading window, 2.1 KB: a
/// hundred thousand things that drop at once would fill the memory of a small container. See docs/decisions/0020.
/// </remarks>
internal sealed partial class ReminderClock(
    IGrainFactory grains, MemoryGauge memory, TimeProvider time, ILogger<ReminderClock> logger) : IDisposable
{
    /// <summary>What ticks later than this is left in the table; <see cref="ReminderService.RefreshEvery"/> brings it in time.</summary>
    internal static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    /// <summary>
    /// A reminder whose time passed while no silo owned it ticks within this, and not at its next minute. Spread, since after an outage of
    /// our own it may be a whole fleet's; a few tick at once.
    /// </summary>
    internal static readonly TimeSpan OverdueWithin = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(3);

    /// <summary>Each tick is an activation, a read and a write.</summary>
    internal const int AtOnce = 256;

    /// <summary>While memory is full: whoever is woken needs some. What is late by that is not lost.</summary>
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

    /// <summary>How many are remembered.</summary>
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

    /// <summary>It is stored like this.</summary>
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

    /// <summary>The table is about to be read: what changes from here on is newer than what will be found there.</summary>
    public void BeginRead()
    {
        lock (_lock) _changedMeanwhile = new(Alarm.ByIdentity.Instance);
    }

    /// <param name="rows">All that is stored in the part of the ring that was read.</param>
    /// <param name="isInPart">Whether a grain belongs there.</param>
    /// <param name="lookAtAll">Each ticks soon, whatever it is set for: the clock it was set by was wrong.</param>
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

    /// <summary>These belong to another silo now.</summary>
    public void Drop(Func<Alarm, bool> condition)
    {
        lock (_lock)
        {
            foreach (var alarm in _alarms.Where(condition).ToList()) Forget(alarm);
        }
    }

    /// <summary>The clock was set back: what was near is as near as before.</summary>
    public void SetBack(TimeSpan by)
    {
        lock (_lock)
        {
            foreach (var alarm in _alarms.Where(alarm => alarm.Next < DateTime.MaxValue))
            {
                Move(alarm, alarm.Next - by);
            }

            Ring();
        }
    }

    public void Dispose() => _timer?.Dispose();

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <param name="soon">It ticks then, whatever it is set for; null: when it is set for.</param>
    /// <param name="again">Also where it is remembered already.</param>
    /// <returns>Whether it is near enough to be remembered.</returns>
    private bool Remember(Alarm alarm, DateTime startAt, TimeSpan period, DateTime? soon = null, bool again = false)
    {
        var now = Now;
        if (_alarms.TryGetValue(alarm, out var known))
        {
            // One that is set as before has its next tick already, and may have had this one.
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

    /// <summary>An alarm that was moved or removed leaves its old place behind, until its turn comes or these are the most.</summary>
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

            if (alarm.Next != at)
            {
                _queue.Dequeue();
                continue;
            }

            _queue.Dequeue();
            alarm.Advance(now);
            if (alarm.Next > now + Window) Forget(alarm);
            else Enqueue(alarm);

            // Whatever holds up the last one would hold up this one, too.
            if (alarm.IsRinging) continue;
            alarm.IsRinging = true;
            _ringing++;
            _ = Tick(alarm, new TickStatus(alarm.StartAt, alarm.Period, now));
        }
    }

    private async Task Tick(Alarm alarm, TickStatus status)
    {
        // Not under our lock.
        await Task.Yield();
        var failed = true;
        try
        {
            await grains.GetGrain<IRemindable>(alarm.Grain).ReceiveReminder(alarm.Name, status);
            failed = false;
        }
        catch (Exception exception)
        {
            LogTickFailed(exception, alarm.Grain);
        }
        finally
        {
            lock (_lock)
            {
                alarm.IsRinging = false;
                if (failed) Retry(alarm);
                else alarm.Succeeded();
                if (--_ringing == 0) _quiet?.TrySetResult();
                Ring();
            }
        }
    }

    private void Retry(Alarm alarm)
    {
        alarm.Failed(Now);
        if (alarm.Next < DateTime.MaxValue) Enqueue(alarm);
    }

    private void SetTimer(DateTime at, DateTime now)
    {
        if (_timerFor <= at && _timerFor > now) return;
        _timerFor = at;

        // A millisecond more: timers know no finer, and one that fires too early would only be set again.
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

    [LoggerMessage(LogLevel.Warning, "The reminder of {Grain} ticked in vain; it ticks again in some seconds")]
    private partial void LogTickFailed(Exception exception, GrainId grain);
}
