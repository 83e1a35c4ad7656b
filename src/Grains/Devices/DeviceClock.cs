namespace IoTOrleans.Grains.Devices;

/// <summary>
/// When the thing is looked at next. The reminder is the durable clock: it exists exactly as long as something is left to do. For
/// what is near, a grain timer is its precise twin.
/// </summary>
internal sealed partial class DeviceClock(
    DeviceGrain grain, TimeProvider time, ILogger logger, bool expected, Func<CancellationToken, Task> onTimer)
{
    /// <summary>A tick that was missed, or a request that was lost, is made good within this. Orleans' shortest period.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    /// <summary>So long an activation that nobody calls stays in memory; to load it again is one read.</summary>
    internal const int MinutesInMemory = 2;

    /// <summary>
    /// What is further away is left to the reminder: the activation, and its timer with it, would have left memory by then.
    /// </summary>
    internal static readonly TimeSpan TimerReach = TimeSpan.FromMinutes(MinutesInMemory);

    /// <summary>For the tick of a reminder, where a timer would have been exact.</summary>
    private static readonly TimeSpan TooLate = TimeSpan.FromSeconds(1);

    private static readonly Backoff RemoveAgain = new(TimeSpan.FromSeconds(1), Period);

    /// <summary>Longer than a tick is ever on its way.</summary>
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
    /// A look that is near, and for which the reminder ticks too late: until then the grain has to stay in memory. Null: it may leave at
    /// any time.
    /// </summary>
    public DateTimeOffset? NeedsMemoryUntil => _timerFor is { } at && !(NextTick <= at + TooLate) ? at : null;

    /// <summary>
    /// The reminder has just ticked: it exists, and will go on to tick every minute. But for one that was under way when the
    /// reminder was moved: taken at its word, it would have it moved once more.
    /// </summary>
    /// <param name="set">When it is set for. It ticks earlier where the clock was set back; on time it does not tick before that.</param>
    public void Ticked(DateTimeOffset set)
    {
        var now = time.GetUtcNow();
        if (_exists == true && _armedFor > now && time.GetElapsedTime(_armedAt) < Stray) return;
        _exists = true;
        _armedFor = set > now ? set : now;
    }

    /// <summary>Somebody else has changed what is stored: nothing is known of the reminder any more.</summary>
    public void Forget()
    {
        _exists = null;
        _armedFor = null;
        _reminder = null;
    }

    /// <summary>Somebody has looked, and it is not there, or of no use: whatever is left to do needs a new one.</summary>
    public void Lost()
    {
        Forget();
        _exists = false;
    }

    /// <summary>Before the write: makes the reminder, or moves it nearer. Nothing it does can make anything late.</summary>
    /// <param name="changing">A write is to follow.</param>
    public async Task BringNearer(DateTimeOffset? next, DateTimeOffset now, bool changing)
    {
        if (next is not { } at) return;

        if (_exists is null && !changing)
        {
            // A duplicate makes sure of it, once per activation.
            _reminder = await grain.GetReminder(DeviceNames.Reminder);
            _exists = _reminder is not null;
            if (_exists.Value) return;
        }

        if (_exists == false || (changing && _armedFor is null))
        {
            // Not knowing where it stands, "later" must not come before the write.
            await Arm(_exists == false || at - now <= Period ? at : now + Period, now);
        }
        else if (_armedFor > now && at < _armedFor)
        {
            // One whose time has passed ticks every minute already.
            await Arm(at, now);
        }
    }

    /// <summary>
    /// Before the write, or the read, after which it may be removed: what is looked up only then could be somebody else's, made for an
    /// outage that has begun since. Removed is what is held; what could not be is looked for again soon.
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
    /// After the write: moves the reminder later or removes it, and sets the timer. What fails here is left to the next look.
    /// </summary>
    /// <param name="confirmed">
    /// A write or read succeeded in this turn, and just now: nobody else has started something that this would undo. Asked again after
    /// every wait: a silo that slept in one may have been replaced meanwhile.
    /// </param>
    /// <param name="ticking">A reminder whose time has passed is not moved: it ticks every minute, at no write.</param>
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

    /// <summary>Something that cannot be judged yet: a timer, since the reminder would come in a minute only.</summary>
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
    /// A reminder that could not be removed would tick when it is due, and be removed then; that may be far away, and until then it would
    /// be read with those that matter.
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

    /// <summary>It fires once. Should the clock say that it was a little early, the rest needs a timer of its own.</summary>
    private Task Fired(CancellationToken cancellationToken)
    {
        _timerFor = null;
        return onTimer(cancellationToken);
    }

    [LoggerMessage(LogLevel.Warning, "{ThingName}: its reminder could not be moved or removed; tried again soon.")]
    private partial void LogReminderLeft(Exception exception, string thingName);
}
