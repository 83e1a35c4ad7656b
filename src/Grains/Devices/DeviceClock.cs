namespace IoTOrleans.Grains.Devices;

/// <summary>
/// When the thing is looked at next. The reminder survives restarts and exists as long as something is left to do. For times that are near
/// there is a grain timer as well, which is precise.
/// </summary>
internal sealed partial class DeviceClock(
    DeviceGrain grain, TimeProvider time, ILogger logger, bool expected, Func<CancellationToken, Task> onTimer)
{
    /// <summary>How soon a missed tick or a lost request is made up for. Orleans' shortest period.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    /// <summary>How long an activation that is not called stays in memory. To load it again costs one read.</summary>
    internal const int MinutesInMemory = 2;

    /// <summary>For times further away there is only the reminder: the activation would have left memory by then.</summary>
    internal static readonly TimeSpan TimerReach = TimeSpan.FromMinutes(MinutesInMemory);

    /// <summary>By how much a reminder may tick later than a timer.</summary>
    private static readonly TimeSpan TooLate = TimeSpan.FromSeconds(1);

    private static readonly Backoff RemoveAgain = new(TimeSpan.FromSeconds(1), Period);

    /// <summary>A tick is never on its way for longer.</summary>
    private static readonly TimeSpan Stray = TimeSpan.FromSeconds(30);

    private bool? _exists = expected ? null : false;
    private DateTimeOffset? _armedFor;
    private long _armedAt;
    private IGrainReminder? _reminder;
    private IGrainTimer? _timer;
    private DateTimeOffset? _timerFor;
    private int _removals;

    /// <summary>There is a reminder, as far as this activation knows.</summary>
    public bool IsArmed => _exists == true;

    /// <summary>
    /// The time of a look for which the reminder ticks too late: until then the grain has to stay in memory. Null: it may leave now.
    /// </summary>
    public DateTimeOffset? NeedsMemoryUntil => _timerFor is { } at && !(NextTick <= at + TooLate) ? at : null;

    /// <summary>
    /// The reminder has just ticked: it exists, and will go on to tick every minute. A tick that was on its way when the reminder was moved
    /// does not count.
    /// </summary>
    /// <param name="set">The time that it is set for. It ticks earlier only where the clock was set back.</param>
    public void Ticked(DateTimeOffset set)
    {
        var now = time.GetUtcNow();
        if (_exists == true && _armedFor > now && time.GetElapsedTime(_armedAt) < Stray) return;
        _exists = true;
        _armedFor = set > now ? set : now;
    }

    /// <summary>Another activation has changed what is stored: nothing is known about the reminder any more.</summary>
    public void Forget()
    {
        _exists = null;
        _armedFor = null;
        _reminder = null;
    }

    /// <summary>The reminder is missing or useless: what is left to do needs a new one.</summary>
    public void Lost()
    {
        Forget();
        _exists = false;
    }

    /// <summary>Before the write: creates the reminder, or moves it nearer. This never makes a look late.</summary>
    /// <param name="changing">A write follows.</param>
    public async Task BringNearer(DateTimeOffset? next, DateTimeOffset now, bool changing)
    {
        if (next is not { } at) return;

        if (_exists is null && !changing)
        {
            // Once per activation: make sure that the reminder exists.
            _reminder = await grain.GetReminder(DeviceNames.Reminder);
            _exists = _reminder is not null;
            if (_exists.Value) return;
        }

        if (_exists == false || (changing && _armedFor is null))
        {
            // Where it stands is not known: it must not move later before the write.
            await Arm(_exists == false || at - now <= Period ? at : now + Period, now);
        }
        else if (_armedFor > now && at < _armedFor)
        {
            // A reminder whose time has passed ticks every minute already.
            await Arm(at, now);
        }
    }

    /// <summary>
    /// Looks up the reminder before the write or read after which it may be removed. Looked up later, it could be one that another
    /// activation has created for a new outage.
    /// </summary>
    public async Task Hold()
    {
        if (_exists == false || _reminder is not null) return;
        try
        {
            _reminder = await grain.GetReminder(DeviceNames.Reminder);
            if (_reminder is null) _exists = false;
        }
        catch (Exception exception)
        {
            LogReminderLeft(exception, grain.GetPrimaryKeyString());
        }
    }

    /// <summary>
    /// After the write: moves the reminder later or removes it, and sets the timer. If this fails, the next look does it.
    /// </summary>
    /// <param name="confirmed">
    /// A write or read succeeded in this turn, and just now: no other activation has started something that this would undo. Asked again
    /// after every wait: a silo that slept meanwhile may have been replaced.
    /// </param>
    /// <param name="ticking">Do not move a reminder whose time has passed: it ticks every minute, without a write.</param>
    public async Task Settle(DateTimeOffset? next, DateTimeOffset now, Func<bool> confirmed, bool ticking)
    {
        SetTimer(next, now);
        try
        {
            if (!confirmed()) return;
            if (next is not { } at) await Remove();
            else if (!ticking && _armedFor is { } armed && at > (armed > now ? armed : now) + Period) await Arm(at, now);
        }
        catch (Exception exception)
        {
            Forget();
            LogReminderLeft(exception, grain.GetPrimaryKeyString());
        }
        finally
        {
            if (next is null) RemoveSoon();
        }
    }

    /// <summary>Nothing can be decided yet: a timer, since the reminder would tick in a minute only.</summary>
    public void LookAgain(DateTimeOffset at, DateTimeOffset now) => SetTimer(at, now);

    public async Task Stop()
    {
        SetTimer(null, default);
        await Remove();
    }

    /// <summary>When the reminder ticks next; null: this activation does not know.</summary>
    private DateTimeOffset? NextTick
    {
        get
        {
            var now = time.GetUtcNow();
            if (_armedFor is not { } tick || tick > now) return _armedFor;
            return now + Period - TimeSpan.FromTicks((now - tick).Ticks % Period.Ticks);
        }
    }

    /// <summary>
    /// A reminder that could not be removed would be removed at its next tick, which may be far away. Until then the silo would read it
    /// with those that matter.
    /// </summary>
    private void RemoveSoon()
    {
        if (_exists == false)
        {
            _removals = 0;
            return;
        }

        var now = time.GetUtcNow();
        SetTimer(now + RemoveAgain.After(++_removals), now);
    }

    private async Task Remove()
    {
        if (_reminder is null) return;
        await grain.UnregisterReminder(_reminder);
        _exists = false;
        _armedFor = null;
        _reminder = null;
    }

    private async Task Arm(DateTimeOffset at, DateTimeOffset now)
    {
        _reminder = await grain.RegisterOrUpdateReminder(DeviceNames.Reminder, at > now ? at - now : TimeSpan.Zero, Period);
        _exists = true;
        _armedFor = at;
        _armedAt = time.GetTimestamp();
    }

    private void SetTimer(DateTimeOffset? next, DateTimeOffset now)
    {
        if (next is { } near && near - now > TimerReach) next = null;
        if (next == _timerFor && next > now) return;
        _timer?.Dispose();
        _timer = null;
        _timerFor = next;
        if (next is not { } at) return;

        var due = at > now ? at - now : TimeSpan.Zero;
        _timer = grain.RegisterGrainTimer(Fired, new GrainTimerCreationOptions(due, Timeout.InfiniteTimeSpan) { KeepAlive = true });
    }

    /// <summary>It fires once. If it was a little early by the clock, the rest needs another timer.</summary>
    private Task Fired(CancellationToken cancellationToken)
    {
        _timerFor = null;
        return onTimer(cancellationToken);
    }

    [LoggerMessage(LogLevel.Warning, "{ThingName}: its reminder could not be moved or removed; tried again soon.")]
    private partial void LogReminderLeft(Exception exception, string thingName);
}
