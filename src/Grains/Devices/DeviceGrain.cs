using IoTOrleans.Grains.Dispatch;
using IoTOrleans.Grains.Fleet;
using IoTOrleans.Grains.Mutes;
using IoTOrleans.Grains.Presence;
using IoTOrleans.Grains.State;

namespace IoTOrleans.Grains.Devices;

/// <summary>
/// One thing. Carries out what <see cref="PresenceRules"/> decide: stores, sets the clock, asks and sends. A turn waits for storage only,
/// never for a verifier or a destination.
/// </summary>
[GrainType(DeviceNames.GrainType), CollectionAgeLimit(Minutes = DeviceClock.MinutesInMemory)]
internal sealed partial class DeviceGrain(
    [PersistentState(DeviceNames.State)] IPersistentState<DeviceState> storage,
    [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time,
    PresencePolicies policies,
    MuteBook mutes,
    DeviceEffects effects,
    IBrokerClock broker,
    IIngestProgress ingest,
    PresenceObserver observer,
    SecondLooks secondLooks,
    FleetBoard board,
    ILogger<DeviceGrain> logger)
    : Grain, IDeviceGrain, IDeviceAnswers, IRemindable
{
    /// <summary>Even if it only sends again: an activation that has been replaced must find that out.</summary>
    private static readonly TimeSpan ReadAtLeastEvery = TimeSpan.FromMinutes(10);

    /// <summary>At a start, until this silo knows the mutes.</summary>
    private static readonly TimeSpan UntilMutesAreKnown = TimeSpan.FromSeconds(1);

    /// <summary>For the timer's call to get its turn.</summary>
    private static readonly TimeSpan Spare = TimeSpan.FromSeconds(1);

    private readonly StoredDevice _stored = new(storage, time);
    private DeviceState _state = new();
    private DeviceClock _clock = null!;
    private object? _edition;
    private bool _heardOf;
    private DateTimeOffset? _staysUntil;
    private HashSet<string>? _sendingTo;
    private DateTimeOffset _sendsUntil;

    private string ThingName => this.GetPrimaryKeyString();

    /// <summary>What the settings say. They may change while the thing is in memory.</summary>
    private RuleContext Context
    {
        get
        {
            if (!ReferenceEquals(_edition, policies.Edition)) (_edition, field) = (policies.Edition, policies.For(ThingName));
            return field!;
        }
    }

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _state = storage.State;
        _clock = new DeviceClock(this, time, logger, expected: PresenceRules.NextLook(_state, Context, Now) is not null, OnTimer);

        // A clock that was ahead has set the reminder too late.
        if (!ReferenceEquals(ClockSteps.PutRight(_state, Now), _state)) _clock.LookAgain(Now, Now);
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        // Without a mark that only this activation knows, a late older event would count as new to the next activation. Without the first
        // connect failure, the notification would not mention any.
        if (!_state.Memory.MarkMoved || reason.ReasonCode == DeactivationReasonCode.ApplicationError) return;
        try
        {
            await Store(StateBudget.Trim(_state, ThingName));
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogMarkNotStored(exception, ThingName);
        }
    }

    public Task<PresenceReason> Report(ConnectionChange change)
    {
        _heardOf = true;
        _stored.Doubt();
        return Apply(new PresenceInput.Changed(change));
    }

    public Task<int> ConnectFailed(IReadOnlyList<ConnectFailure> failures)
    {
        // A client may make up a name for each attempt. None of them must stay in memory as long as a real thing.
        if (!_heardOf && !storage.RecordExists) DeactivateOnIdle();
        var before = ConnectFailureRules.CountOf(_state);
        _state = ConnectFailureRules.Count(_state, failures);
        var counted = ConnectFailureRules.CountOf(_state) - before;
        if (counted > 0) Note(CountsAs);
        return Task.FromResult(counted);
    }

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        _clock.Ticked(DateTime.SpecifyKind(status.FirstTickTime, DateTimeKind.Utc));
        return Tick();
    }

    public async Task Verified(string outageId, VerifierAnswer answer)
    {
        // The next tick asks again.
        if (!MutesAreKnown()) return;

        await Refresh(unless: _stored.IsFresh);
        await NoticeBrokerStart();
        await Apply(new PresenceInput.Verified(outageId, answer));
    }

    public async Task<PresenceReason> Audited(VerifierAnswer answer)
    {
        await Refresh(unless: _stored.IsFresh);
        return await Apply(new PresenceInput.Audited(answer));
    }

    public Task<PresenceStatus> KnownStatus()
    {
        _heardOf = true;
        return Task.FromResult(PresenceRules.StatusOf(_state, Context, Now));
    }

    public async Task<PresenceStatus> Imported(VerifierAnswer answer, string? by)
    {
        _heardOf = true;
        await Refresh(unless: _stored.IsFresh);
        await Apply(new PresenceInput.Imported(answer, by));
        return PresenceRules.StatusOf(_state, Context, Now);
    }

    public async Task Answered(
        string outageId, NotificationEvent notificationEvent, int sequence, string destination, DeliveryAnswer answer)
    {
        if (_sendingTo?.Remove(destination) == true && _sendingTo.Count == 0) _sendingTo = null;
        await Refresh(unless: _stored.IsFresh);
        await Apply(new PresenceInput.Answered(outageId, notificationEvent, sequence, destination, answer));
    }

    public async Task<Notification?> StillOwed(
        string outageId, NotificationEvent notificationEvent, int sequence, string destination, bool sending)
    {
        await Refresh(unless: _stored.IsFresh);
        var now = Now;
        var context = mutes.Over(Context.With(_state.Override), _state, now);
        var owed = PresenceRules.Owed(_state, destination, context, now)
            .FirstOrDefault(owed => owed.OutageId == outageId && owed.Event == notificationEvent && owed.Sequence == sequence);
        if (owed is null || !sending) return owed;

        // Another activation would not know that this notification is on its way, and could send the end before it arrives.
        (_sendingTo ??= []).Add(destination);
        _sendsUntil = now + Attempt.Longest;
        StayAsLongAsNeeded(now);
        return owed;
    }

    public async Task<bool> Owes(string destination)
    {
        await Refresh(unless: _stored.IsFresh);
        if (!_heardOf && !storage.RecordExists) DeactivateOnIdle();
        var now = Now;
        return PresenceRules.Owes(_state, destination, mutes.Over(Context.With(_state.Override), _state, now), now);
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
        await Refresh(unless: _stored.IsFresh);
        await Apply(new PresenceInput.BrokerStarted(start));
    }

    public Task<DeviceStatus?> GetStatus()
    {
        if (storage.RecordExists && !RemovalRules.IsForgotten(_state))
            return Task.FromResult<DeviceStatus?>(View());

        // A name that somebody only asked about must not stay in memory as long as a real thing.
        if (!_heardOf) DeactivateOnIdle();
        return Task.FromResult<DeviceStatus?>(null);
    }

    public async Task<DevicePolicy> SetPolicy(PolicySettings? settings, string? by)
    {
        _heardOf = true;
        await Refresh();
        if (settings is null && ImportRules.IsUnseen(_state) && _state is { ExpectedSince: null, Owing.Count: 0 }) await ForgetStranger();
        else if (settings is not null || _state.Override is not null) await Apply(new PresenceInput.PolicySet(settings, by));
        return Context.With(settings).Policy;
    }

    public async Task MuteChanged(bool isSet, string? by)
    {
        await Refresh();
        if (storage.RecordExists) await Apply(new PresenceInput.MuteChanged(isSet, by));
        else DeactivateOnIdle();
    }

    public Task<DeviceState> GetState() => Task.FromResult(_state);

    public async Task Forget()
    {
        await Refresh();
        if (storage.RecordExists) await Apply(new PresenceInput.Forgotten());
        else DeactivateOnIdle();
        await mutes.Forget(ThingName);
    }

    private async Task Clear()
    {
        try
        {
            await _clock.Hold();
            await Noted(null, storage.ClearStateAsync);
            await _clock.Stop();
        }
        finally
        {
            // Whether this worked or not: the next call starts from what is stored.
            _state = new();
            DeactivateOnIdle();
        }
    }

    /// <summary>Of a thing without an event only its policy was stored.</summary>
    private async Task ForgetStranger()
    {
        _heardOf = false;
        if (storage.RecordExists) await Clear();
        else DeactivateOnIdle();
    }

    [LoggerMessage(LogLevel.Warning, "{ThingName}: what its last events changed could not be stored: a late "
        + "older event may count as new, or connect failures may not be mentioned.")]
    private partial void LogMarkNotStored(Exception exception, string thingName);
}
