using IoTOrleans.Grains.Logging;
using IoTOrleans.Grains.Watching;
using Orleans.Configuration;
using Orleans.Placement;

namespace IoTOrleans.Grains.Heartbeats;

/// <summary>Finds out what <see cref="HeartbeatRules"/> have to know, and carries out what they decide. It lives without storage.</summary>
/// <param name="heartbeat">Null: none is set up any more.</param>
[KeepAlive, PreferLocalPlacement]
[GrainType("heartbeat")]
internal sealed partial class HeartbeatGrain(
    [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time,
    IIngestProgress ingest,
    IBrokerClock broker,
    IOptions<ClusterOptions> cluster,
    ILogger<HeartbeatGrain> logger,
    IHeartbeat? heartbeat = null)
    : Grain, IHeartbeatGrain, IRemindable
{
    internal const string Reminder = "heartbeat";

    internal static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);

    /// <summary>Later than the row is stored: a time that has passed by then would count as that of the tick before.</summary>
    private static readonly TimeSpan FirstTick = TimeSpan.FromSeconds(5);

    /// <summary>For each question. Storage has time-outs of its own, and what it took later is read back the next time.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly LogLimiter _unanswered = new(time);
    private readonly TimeSpan _every = heartbeat?.Terms.Every ?? TimeSpan.Zero;
    private HeartbeatState _state = null!;
    private IGrainTimer _timer = null!;
    private Task _storageAnswer = Task.CompletedTask;
    private DateTimeOffset _storedAt;
    private DateTimeOffset? _tickedAt;
    private (WatcherState? State, DateTimeOffset At) _watcher;
    private (ClusterReport? Report, DateTimeOffset At) _reports;
    private DateTimeOffset? _lastPingAt;
    private string? _silence;
    private string? _notAccepted;
    private bool _knowsRecord;
    private bool _saidSilent;

    private DateTimeOffset Now => ToMilliseconds(time.GetUtcNow());

    /// <summary>The activation before this one may have sent a moment ago, so the first ping comes in a minute.</summary>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        (_state, _storedAt, _watcher, _reports) = (new(Now + _every), Now, (null, Now), (null, Now));
        if (heartbeat is null) return Task.CompletedTask;

        // Ticks and questions get their turns while a look waits for its answers.
        _timer = this.RegisterGrainTimer(
            LookAndSetTimer,
            new GrainTimerCreationOptions(Earlier(_every, LookEvery), Timeout.InfiniteTimeSpan) { Interleave = true, KeepAlive = true });
        return Task.CompletedTask;
    }

    public Task Keep() => Task.CompletedTask;

    public Task<HeartbeatReport> Read() => Task.FromResult(new HeartbeatReport(_lastPingAt, _saidSilent ? _silence : _notAccepted));

    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        _tickedAt = Now;
        if (heartbeat is not null) return;
        if (await this.GetReminder(Reminder) is { } reminder) await this.UnregisterReminder(reminder);
        DeactivateOnIdle();
    }

    private async Task LookAndSetTimer(CancellationToken cancellationToken)
    {
        try
        {
            await Look(heartbeat!, cancellationToken);
        }
        finally
        {
            var untilNext = _state.NextAt - Now;
            _timer.Change(untilNext > TimeSpan.Zero ? Earlier(untilNext, LookEvery) : Earlier(_every, LookEvery), Timeout.InfiniteTimeSpan);
        }
    }

    private async Task Look(IHeartbeat to, CancellationToken cancellationToken)
    {
        var now = Now;
        await Task.WhenAll(
            Try("storage", () => (_storageAnswer.IsCompleted ? _storageAnswer = AskStorage() : _storageAnswer).WaitAsync(Patience, time)),
            Try("destinations", async () => _reports = (await InTime(GrainFactory.GetGrain<ISiloReportsGrain>(0).Read()), now)),
            Try("watcher", async () =>
            {
                if (ingest.Current.Queue is not null) _watcher = (await InTime(GrainFactory.GetGrain<IWatcherGrain>(0).GetState()), now);
            }));
        var decision = HeartbeatRules.Decide(_state, Known(), to.Terms, Now);
        _state = decision.State;
        Tell(decision);
        if (decision.Act == HeartbeatAct.Ping)
        {
            if (Accepted(await to.Ping(cancellationToken))) _lastPingAt = Now;
        }
        else if (decision.Act == HeartbeatAct.Fail)
        {
            if (Accepted(await to.Fail(decision.Reason!, cancellationToken))) _state = _state with { FailedAt = Now };
        }
    }

    private HeartbeatKnown Known()
    {
        var queue = ingest.Current.Queue;
        return new()
        {
            Cluster = cluster.Value.ClusterId,
            ReadsQueue = queue is not null,
            SeenUntil = queue?.SeenUntil,
            BrokerIsDown = broker is { Expected: true, Current: null },
            Blindness = _watcher.State?.Blindness,
            WatcherAt = _watcher.At,
            StoredAt = _storedAt,
            TickedAt = _tickedAt,
            Destinations = _reports.Report?.Destinations ?? [],
            SilentSilos = _reports.Report?.Silent ?? [],
            ReportsAt = _reports.At,
        };
    }

    /// <summary>
    /// A real write and a real read of both tables. Once a minute while they work. It may take longer than a look waits for it.
    /// </summary>
    private async Task AskStorage()
    {
        var now = Now;
        if (_knowsRecord && now - _storedAt < _every) return;
        var record = GrainFactory.GetGrain<IHeartbeatRecordGrain>(0);
        if (!_knowsRecord)
        {
            // What this activation has told meanwhile is newer, and so are all other parts of its state.
            var stored = await record.Read();
            _state = _state with { FailedAt = _state.FailedAt ?? stored.FailedAt };
            _knowsRecord = true;
        }

        await record.Store(new() { At = now, FailedAt = _state.FailedAt });
        if (await this.GetReminder(Reminder) is null)
            await this.RegisterOrUpdateReminder(Reminder, FirstTick, HeartbeatRules.TicksEvery);
        _storedAt = now;
        _unanswered.IsOver("storage");
    }

    /// <summary>An answer that comes too late is not taken: it may be older than what was heard since.</summary>
    private Task<T> InTime<T>(Task<T> answer) => answer.WaitAsync(Patience, time);

    /// <summary>What does not answer stays as it was, and grows old.</summary>
    private async Task Try(string who, Func<Task> ask)
    {
        try
        {
            await ask();
        }
        catch (Exception exception)
        {
            if (_unanswered.ShouldLog(who)) LogUnanswered(who, exception.Message);
        }
    }

    private void Tell(HeartbeatDecision decision)
    {
        if (decision.Reason is { } reason && !_saidSilent && Now >= decision.State.NextAt)
        {
            _saidSilent = true;
            LogSilent(reason);
        }

        if (decision.Reason is null && _saidSilent)
        {
            _saidSilent = false;
            LogGoesOn();
        }

        if (decision.Act == HeartbeatAct.Fail) LogFails(decision.Reason!);
        _silence = decision.Reason;
    }

    private bool Accepted(DeliveryAnswer answer)
    {
        _notAccepted = answer.Outcome == DeliveryOutcome.Accepted ? null : answer.Detail ?? "it was not accepted";
        if (_notAccepted is not null) LogNotAccepted(_notAccepted);
        return _notAccepted is null;
    }

    [LoggerMessage(LogLevel.Warning, "The heartbeat is silent: {Reason}")]
    private partial void LogSilent(string reason);

    [LoggerMessage(LogLevel.Information, "The heartbeat goes on")]
    private partial void LogGoesOn();

    [LoggerMessage(LogLevel.Warning, "Notifications:Heartbeat:FailUrl is called: {Reason}")]
    private partial void LogFails(string reason);

    [LoggerMessage(LogLevel.Warning, "Notifications:Heartbeat was not accepted, and is tried again in a minute. Notifications do not "
        + "depend on it. {Detail}")]
    private partial void LogNotAccepted(string detail);

    [LoggerMessage(LogLevel.Warning, "For the heartbeat, {Who} did not answer: {Error}")]
    private partial void LogUnanswered(string who, string error);
}
