using Orleans.Configuration;

namespace IoTOrleans.Grains.Watching;

/// <summary>Stored, so that another silo can tell the end. If storage is down, it notifies all the same and stores later.</summary>
[KeepAlive]
[GrainType("watcher")]
internal sealed partial class WatcherGrain(
    [PersistentState("watcher")] IPersistentState<WatcherState> storage,
    [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time,
    IEnumerable<INotificationDestination> destinations,
    IOptions<ClusterOptions> cluster,
    WatcherNotifications notifications,
    GrainMetrics metrics,
    ILogger<WatcherGrain> logger)
    : Grain, IWatcherGrain
{
    private readonly Dictionary<string, DestinationTerms> _destinations = destinations.ToDictionary(
        destination => destination.Name, destination => destination.Terms);
    private WatcherState _state = new();
    private WatcherState? _stored;
    private DateTimeOffset _knownUntil;
    private DateTimeOffset _countedUntil;

    private DateTimeOffset Now => ToMilliseconds(time.GetUtcNow());

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _state = _stored = storage.State;

        metrics.Blind(TimeSpan.Zero);
        _countedUntil = Now;

        // The activation before this one knew at least as much.
        _knownUntil = _state.Blindness is { EndedAt: null } blindness ? blindness.Since : Now;
        return Task.CompletedTask;
    }

    public async Task Look(DateTimeOffset? seenUntil)
    {
        if (ToMilliseconds(seenUntil ?? default) is var seen && seen > _knownUntil) _knownUntil = seen;
        var now = Now;
        var next = WatcherRules.Look(_state, _knownUntil, _destinations, cluster.Value.ClusterId, now);
        if (_state.Blindness is null && next.Blindness is { } began) LogBlind(began.Since, began.Id);
        if (_state.Blindness is { EndedAt: null } && next.Blindness is { EndedAt: not null } ended)
            LogKnows(ended.Since, ended.EndedAt.Value, ended.Id);
        metrics.Blind(WatcherRules.BlindTime(_state, next, _countedUntil, now));
        _countedUntil = now;
        _state = WatcherRules.Settle(next);
        await Store();
        foreach (var (destination, notification) in WatcherRules.Due(_state, _destinations, cluster.Value.ClusterId, now))
            notifications.Send(destination, notification);
    }

    public Task Answered(string id, NotificationEvent notificationEvent, string destination, DeliveryAnswer answer)
    {
        var terms = _destinations.GetValueOrDefault(destination, DestinationTerms.Default);
        _state = WatcherRules.Answered(_state, id, notificationEvent, destination, terms, answer, Now);
        return Store();
    }

    public Task<WatcherState> GetState() => Task.FromResult(_state);

    private async Task Store()
    {
        if (ReferenceEquals(_state, _stored)) return;
        var state = _state;
        storage.State = state;
        try
        {
            await storage.WriteStateAsync();
            _stored = state;
        }
        catch (Exception exception) when (exception is not Orleans.Storage.InconsistentStateException)
        {
            LogNotStored(exception.Message);
        }
    }

    [LoggerMessage(LogLevel.Error, "Blind: what has happened to things since {Since:O} is not known ({Id}). Look at the queue, the "
        + "storage and this service's log")]
    private partial void LogBlind(DateTimeOffset since, string id);

    [LoggerMessage(LogLevel.Warning, "Not blind any more: what happened since {Since:O} was known again at {EndedAt:O} ({Id})")]
    private partial void LogKnows(DateTimeOffset since, DateTimeOffset endedAt, string id);

    [LoggerMessage(LogLevel.Warning, "Whether the service is blind could not be stored. The notification goes out all the same. {Error}")]
    private partial void LogNotStored(string error);
}
