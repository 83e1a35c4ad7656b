using IoTOrleans.Grains.Dispatch;
using IoTOrleans.Grains.Mutes;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Devices;

/// <summary>
/// Carries out what <see cref="PresenceRules"/> decide: stores, keeps the clock, asks the world. A turn is storage only; nothing
/// in here waits for a shadow or a destination.
/// </summary>
[GrainType(DeviceNames.GrainType), CollectionAgeLimit(Minutes = DeviceClock.MinutesInMemory)]
internal sealed partial class DeviceGrain(
    [PersistentState(DeviceNames.State)] IPersistentState<DeviceState> storage,
    [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time,
    PresencePolicies policies,
    MuteBook mutes,
    VerificationQueue verifications,
    ThingNotifications notifications,
    IBrokerClock broker,
    IIngestProgress ingest,
    PresenceObserver observer,
    SecondLooks secondLooks,
    ILogger<DeviceGrain> logger)
    : Grain, IDeviceGrain, IDeviceAnswers, IRemindable
{
    /// <summary>
    /// After this long without a read or write that succeeded, another activation may have taken over (a silo that slept): look
    /// at what is really stored before anything is said or undone.
    /// </summary>
    internal static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);

    /// <summary>Even if it only asks again: an activation that has been replaced must find that out.</summary>
    private static readonly TimeSpan ReadAtLeastEvery = TimeSpan.FromMinutes(10);

    /// <summary>At a start, until this silo knows the mutes.</summary>
    private static readonly TimeSpan UntilMutesAreKnown = TimeSpan.FromSeconds(1);

    /// <summary>For a timer's turn to come.</summary>
    private static readonly TimeSpan Spare = TimeSpan.FromSeconds(1);

    private DeviceState _state = new();
    private DeviceClock _clock = null!;
    private RuleContext _context = null!;

    /// <summary>Before Orleans reads the state for a new activation: this silo may sleep in between.</summary>
    private long _storedAsOf = time.GetTimestamp();
    private bool _confirmed;
    private bool _heardOf;
    private DateTimeOffset? _staysUntil;
    private HashSet<string>? _sendingTo;
    private DateTimeOffset _sendsUntil;

    private string ThingName => this.GetPrimaryKeyString();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _context = policies.For(ThingName);
        _state = storage.State;
        _clock = new DeviceClock(this, time, logger, expected: PresenceRules.NextLook(_state, _context, Now) is not null, OnTimer);

        // Its reminder stands where a clock that was ahead has put it.
        if (!ReferenceEquals(ClockSteps.PutRight(_state, Now), _state)) _clock.LookAgain(Now, Now);
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        // A mark that only this activation knows would let a late older event look like news to the next one.
        if (!_state.Memory.MarkMoved || reason.ReasonCode == DeactivationReasonCode.ApplicationError) return;
        try
        {
            await Store(_state);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogMarkNotStored(exception, ThingName);
        }
    }

    public Task<PresenceReason> Report(ConnectionChange change)
    {
        _heardOf = true;
        _confirmed = false;
        return Apply(new PresenceInput.Changed(change));
    }

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        _clock.Ticked(DateTime.SpecifyKind(status.FirstTickTime, DateTimeKind.Utc));
        return Tick();
    }

    public async Task Verified(string outageId, VerifierAnswer answer)
    {
        // The next look asks again.
        if (!MutesAreKnown()) return;

        await Refresh(unless: IsFresh);
        await NoticeBrokerStart();
        await Apply(new PresenceInput.Verified(outageId, answer));
    }

    public async Task<PresenceReason> Audited(VerifierAnswer answer)
    {
        await Refresh(unless: IsFresh);
        return await Apply(new PresenceInput.Audited(answer));
    }

    public async Task Answered(
        string outageId, NotificationEvent notificationEvent, int sequence, string destination, DeliveryAnswer answer)
    {
        if (_sendingTo?.Remove(destination) == true && _sendingTo.Count == 0) _sendingTo = null;
        await Refresh(unless: IsFresh);
        await Apply(new PresenceInput.Answered(outageId, notificationEvent, sequence, destination, answer));
    }

    public async Task<Notification?> StillOwed(
        string outageId, NotificationEvent notificationEvent, int sequence, string destination, bool sending)
    {
        await Refresh(unless: IsFresh);
        var now = Now;
        var context = mutes.Over(_context.With(_state.Override), _state, now);
        var owed = PresenceRules.Owed(_state, destination, context, now)
            .FirstOrDefault(owed => owed.OutageId == outageId && owed.Event == notificationEvent && owed.Sequence == sequence);
        if (owed is null || !sending) return owed;

        // Another activation would not know that a destination is being told. It could tell of the end before this word has arrived.
        (_sendingTo ??= []).Add(destination);
        _sendsUntil = now + Attempt.Longest;
        StayAsLongAsNeeded(now);
        return owed;
    }

    public Task Wake() => Tick();

    public Task TryAgain(string destination) => Tick(destination);

    public async Task<bool> Rearm()
    {
        await Refresh();
        _clock.Lost();
        await Tick();
        return _clock.IsArmed;
    }

    public async Task BrokerStarted(BrokerStart start)
    {
        await Refresh(unless: IsFresh);
        await Apply(new PresenceInput.BrokerStarted(start));
    }

    public Task<DeviceStatus?> GetStatus()
    {
        if (storage.RecordExists && !RemovalRules.IsForgotten(_state))
            return Task.FromResult<DeviceStatus?>(StatusView.Of(_state, mutes.Over(_context, _state, Now), Now));

        // A name that somebody only asked about must not keep memory for as long as a real thing.
        if (!_heardOf) DeactivateOnIdle();
        return Task.FromResult<DeviceStatus?>(null);
    }

    public async Task<DevicePolicy> SetPolicy(PolicySettings? settings)
    {
        _heardOf = true;
        await Refresh();
        if (settings is null && _state is { Connected: null, Marks.Count: 0, Clients.Count: 0, Owing.Count: 0 }) await ForgetStranger();
        else if (settings is not null || _state.Override is not null) await Apply(new PresenceInput.PolicySet(settings));
        return _context.With(settings).Policy;
    }

    public Task<DeviceState> GetState() => Task.FromResult(_state);

    public async Task Forget()
    {
        await Refresh();
        if (storage.RecordExists) await Apply(new PresenceInput.Forgotten());
        else DeactivateOnIdle();
        await mutes.Forget(ThingName);
    }

    /// <summary>Nothing is stored of it any more.</summary>
    private async Task Clear()
    {
        try
        {
            await _clock.Hold();
            await storage.ClearStateAsync();
            await _clock.Stop();
        }
        finally
        {
            // Whether it worked or not: the next call starts from what is stored.
            _state = new();
            DeactivateOnIdle();
        }
    }

    /// <summary>Of a thing that never came, nothing was stored but its policy.</summary>
    private async Task ForgetStranger()
    {
        _heardOf = false;
        if (storage.RecordExists) await Clear();
        else DeactivateOnIdle();
    }

    private DateTimeOffset Now => PresenceRules.ToMilliseconds(time.GetUtcNow());

    private Task OnTimer(CancellationToken cancellationToken) => Tick();

    /// <summary>A question, not an order: what is due is worked out anew, from what is really stored.</summary>
    private async Task Tick(string? answersAgain = null)
    {
        // Reminders tick as soon as the silo runs. Until the broker listens, nobody of its things can have come back; the next
        // tick, in a minute at most, finds it started.
        if (broker is { Expected: true, Current: null } && _state.Source == EventSource.Broker) return;
        if (!MutesAreKnown()) return;
        if (_clock.IsArmed && LookingRules.OnlyWaitsForMute(_state, PolicyAt(Now).With(_state.Override), Now)) return;

        if (PresenceRules.NextLook(_state, PolicyAt(Now), Now) is null) await _clock.Hold();
        await Refresh(unless: OnlyAsksAgain());
        await NoticeBrokerStart();
        await Apply(new PresenceInput.Tick(answersAgain));
    }

    /// <summary>
    /// Whoever waits for its incident asks every minute, and a million of them would read their state for nothing: before anything is
    /// really sent, it is read again anyway.
    /// </summary>
    private bool OnlyAsksAgain() => _clock.IsArmed && time.GetElapsedTime(_storedAsOf) < ReadAtLeastEvery
        && !(broker.Current is { } start && ConnectionRules.MissedStart(_state, start))
        && PresenceRules.Apply(_state, new PresenceInput.Tick(), PolicyAt(Now), Now) is { Persist: false, Effects: { Count: > 0 } effects }
        && effects.All(effect => effect is PresenceEffect.Send { KeepAlive: false });

    /// <summary>Before a thing is judged, it gets the time that a new start of the broker gives it.</summary>
    private async Task NoticeBrokerStart()
    {
        if (broker.Current is { } start && ConnectionRules.MissedStart(_state, start)) await Apply(new PresenceInput.BrokerStarted(start));
    }

    private bool MutesAreKnown()
    {
        if (mutes.IsReady) return true;
        _clock.LookAgain(Now + UntilMutesAreKnown, Now);
        return false;
    }

    /// <summary>The settings with the mutes that hold now; these matter only to what is, or was, away, or cannot settle.</summary>
    private RuleContext PolicyAt(DateTimeOffset now) => _state is { Outage: null, Flapping.Count: 0 } ? _context
        : mutes.Over(_state.Outage is { Telling: null } ? _context with { Blind = ingest.Current } : _context, _state, now);

    private async Task<PresenceReason> Apply(PresenceInput input)
    {
        var now = Now;
        var before = _state;
        var context = PolicyAt(now);
        var decision = PresenceRules.Apply(before, input, context, now);
        if (RemovalRules.IsGone(decision))
        {
            await Clear();
            observer.Decided(ThingName, input, decision, before, context, now);
            return decision.Reason;
        }

        var next = PresenceRules.NextLook(decision.State, context, now);

        // Nearer before the write, later or never only after it: whatever dies in between, somebody looks again soon enough.
        var began = time.GetTimestamp();
        await Guarded(() => _clock.BringNearer(next, now, changing: decision.Persist));
        if (decision.Persist && next is null) await _clock.Hold();
        if (decision.Persist) await Store(decision.State);
        else _state = decision.State;

        if (decision.Persist && time.GetElapsedTime(began) > Fresh)
        {
            // This silo slept in between: whoever took over found nothing to do yet, and may have removed the reminder.
            _clock.Forget();
            await Guarded(() => _clock.BringNearer(next, now, changing: true));
        }

        foreach (var effect in decision.Effects) CarryOut(effect);
        await _clock.Settle(
            next, now, () => _confirmed && IsFresh, ticking: LookingRules.WaitsForMute(_state, context.With(_state.Override)));
        StayAsLongAsNeeded(now);
        mutes.Fulfil(ThingName, _state);

        observer.Decided(ThingName, input, decision, before, context, now);
        return decision.Reason;
    }

    /// <summary>
    /// Where memory is short, an idle grain leaves it. It stays while a verifier is asked, since the minute for that would begin anew each
    /// time, and while a destination is told. A grain whose verdict is held may leave: only the time since when it is held is lost.
    /// </summary>
    private void StayAsLongAsNeeded(DateTimeOffset now)
    {
        var until = _state.Memory.HeldSince is null ? _clock.NeedsMemoryUntil : null;
        if (_sendingTo is not null && !(until > _sendsUntil)) until = _sendsUntil;
        if (until == _staysUntil) return;
        _staysUntil = until;
        DelayDeactivation(until is { } at && at > now ? at - now + Spare : TimeSpan.Zero);
    }

    private void CarryOut(PresenceEffect effect)
    {
        switch (effect)
        {
            case PresenceEffect.AskVerifier ask:
                verifications.Ask(ThingName, ask.OutageId, ask.Source);
                break;
            case PresenceEffect.Send send:
                notifications.Send(send, markedAt: _storedAsOf);
                break;
            case PresenceEffect.WarnVerifierStale:
                LogVerifierStale(ThingName);
                break;
            case PresenceEffect.WarnClientForgotten forgotten:
                LogClientForgotten(ThingName, DeviceState.MostClients, forgotten.Client is "" ? ThingName : forgotten.Client);
                break;
            case PresenceEffect.WarnGivenUp givenUp:
                LogGivenUp(givenUp.Destination, ThingName, givenUp.OutageId, givenUp.Why);
                break;
            case PresenceEffect.Drop drop:
                notifications.Dropped(drop.Destination);
                break;
        }
    }

    /// <summary>Memory never runs ahead of storage: the new state holds once it is written, or this activation ends.</summary>
    private async Task Store(DeviceState next)
    {
        next = next with { Memory = next.Memory with { MarkMoved = false } };
        var (before, began) = (storage.State, time.GetTimestamp());
        storage.State = next;
        try
        {
            await Guarded(() => storage.WriteStateAsync());
        }
        catch
        {
            storage.State = before;
            throw;
        }

        // As of its begin: this silo may have slept before it heard the answer.
        _state = next;
        _storedAsOf = began;
        _confirmed = true;
    }

    private bool IsFresh => time.GetElapsedTime(_storedAsOf) <= Fresh;

    private async Task Refresh(bool unless = false)
    {
        _confirmed = false;
        if (unless) return;
        var (known, began) = ((storage.Etag, storage.RecordExists), time.GetTimestamp());
        await Guarded(() => storage.ReadStateAsync());
        if (known != (storage.Etag, storage.RecordExists))
        {
            _state = storage.State;
            _clock.Forget();
        }

        _storedAsOf = began;
        _confirmed = true;
    }

    /// <summary>After a failed read, write or reminder call nobody knows what is stored: the next call starts by reading it.</summary>
    private async Task Guarded(Func<Task> call)
    {
        var succeeded = false;
        try
        {
            await call();
            succeeded = true;
        }
        finally
        {
            if (!succeeded)
            {
                _state = _state with { Memory = _state.Memory with { MarkMoved = false } };
                DeactivateOnIdle();
                if (PresenceRules.NextLook(_state, _context, Now) is not null) secondLooks.Soon(ThingName);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "{ThingName}: the order mark of the last event could not be stored; a "
        + "late older event may be taken for news.")]
    private partial void LogMarkNotStored(Exception exception, string thingName);

    [LoggerMessage(LogLevel.Warning, "{ThingName}: the verifier has said 'connected' three times in a row with a time stamp older than "
        + "the disconnect. Nobody seems to maintain reported.connected; see docs/verification.md.")]
    private partial void LogVerifierStale(string thingName);

    [LoggerMessage(LogLevel.Error, "Destination {Destination} has refused to hear of {ThingName} (outage {OutageId}) "
        + "for a day and will not be asked again: {Why}")]
    private partial void LogGivenUp(string destination, string thingName, string outageId, string why);

    [LoggerMessage(LogLevel.Warning, "{ThingName}: more than {Most} MQTT clients seem to be connected at once. Client {Client} was "
        + "heard least recently and is not watched any more; the ends of some sessions may have been lost. See docs/rules.md, Order.")]
    private partial void LogClientForgotten(string thingName, int most, string client);
}
