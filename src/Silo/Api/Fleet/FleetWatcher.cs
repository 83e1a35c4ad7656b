using IoTOrleans.Events.Watermarks;
using IoTOrleans.Grains.Dispatch;
using IoTOrleans.Grains.Heartbeats;
using IoTOrleans.Grains.Watching;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace IoTOrleans.Silo.Api.Fleet;

/// <summary>
/// What the page shows beside the things: open incidents, and whether it can be trusted. It is read every two seconds while somebody looks.
/// What does not answer stays as it was for a while, and is not known after that; incidents stay.
/// </summary>
internal sealed class FleetWatcher(
    SiloSettings settings, IncidentReader incidents, IGrainFactory grains, IIngestProgress progress, IServiceProvider services,
    HealthCheckService health, TimeProvider time)
{
    internal static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    internal static readonly TimeSpan StorageEvery = TimeSpan.FromSeconds(10);

    /// <summary>What was read counts for so long.</summary>
    internal static readonly TimeSpan Lasts = TimeSpan.FromSeconds(30);

    /// <summary>Nobody has looked for so long that it is worth waiting for what is now.</summary>
    private static readonly TimeSpan Quiet = 3 * Every;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly bool _hasQueue = settings.QueueUrl is not null;
    private readonly Lock _gate = new();
    private Task? _awaited;
    private Task _last = Task.CompletedTask;
    private long _readAt;
    private long? _storageAskedAt;
    private volatile Reading<IReadOnlyList<FleetIncident>>? _incidents;
    private volatile Reading<ClusterReport>? _reports;
    private volatile Reading<Blindness?>? _blindness;
    private volatile Reading<bool>? _storageAnswers;
    private volatile Reading<HeartbeatReport>? _heartbeat;

    /// <summary>The last known ones; null: they were never read.</summary>
    public IReadOnlyList<FleetIncident>? Incidents => _incidents?.Value;

    /// <param name="asOf">When the numbers of the fleet were read.</param>
    public WatcherBody Watch(DateTimeOffset asOf)
    {
        var reports = Known(_reports);
        var storageAnswers = Known(_storageAnswers) is { Value: true };
        return new(
            _hasQueue ? QueueSeenUntil : storageAnswers ? asOf : null,
            _hasQueue ? Behind() : null,
            _blindness?.Value?.Since,
            reports?.Value.HeldVerdicts,
            storageAnswers ? StorageState.Ok : StorageState.Failing,
            StatesOf(settings.Destinations.Select(destination => destination.Name), reports?.Value),
            settings.Heartbeat is null ? null : HeartbeatOf(Known(_heartbeat)?.Value));
    }

    /// <summary>Waits for the first reading, and for the first one after a quiet time; for no other one.</summary>
    public Task Refresh(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var age = time.GetElapsedTime(_readAt);
            if (_last.IsCompleted && (_awaited is null || age >= Every))
            {
                _readAt = time.GetTimestamp();
                _last = ReadAll();
                if (_awaited is null || age > Quiet) _awaited = _last;
            }

            return _awaited!.WaitAsync(cancellationToken);
        }
    }

    /// <param name="reports">Null: not known.</param>
    internal static IReadOnlyList<DestinationBody> StatesOf(IEnumerable<string> destinations, ClusterReport? reports) =>
    [
        .. destinations.Select(name => reports?.Destinations.FirstOrDefault(one => one.Name == name) is { } report
            ? new DestinationBody(name, report.LastAcceptedAt, StateOf(report))
            : new(name, null, reports is null ? DestinationState.Unknown : DestinationState.Idle)),
    ];

    /// <param name="report">Null: not known.</param>
    private static HeartbeatBody HeartbeatOf(HeartbeatReport? report) =>
        report is null ? new(null, "not known now") : new(report.LastPingAt, report.Trouble);

    private static DestinationState StateOf(DestinationReport report) => report switch
    {
        { RefusingSince: not null } => DestinationState.Refusing,
        { FailingSince: not null } => DestinationState.Failing,
        { LastAcceptedAt: null } => DestinationState.Idle,
        _ => DestinationState.Ok,
    };

    /// <summary>A queue that has been read up to now is 0 s old.</summary>
    private int Behind() => (int)Math.Max(0, services.GetRequiredService<WatermarkCopy>().Behind.TotalSeconds);

    /// <summary>A service that may be blind does not say that it has seen all.</summary>
    private DateTimeOffset? QueueSeenUntil => Known(_blindness) is null ? null : progress.Current.Queue?.SeenUntil;

    /// <returns>Null: it was not read lately.</returns>
    private Reading<T>? Known<T>(Reading<T>? reading) => reading is not null && time.GetElapsedTime(reading.At) <= Lasts ? reading : null;

    private Task ReadAll() => Task.WhenAll(
        Try(async cancellationToken => _incidents = Now(await incidents.Read(cancellationToken))),
        Try(async cancellationToken =>
            _reports = Now(await grains.GetGrain<ISiloReportsGrain>(0).Read().WaitAsync(cancellationToken))),
        Try(ReadBlindness),
        Try(ReadHeartbeat),
        Try(ReadStorage));

    private Reading<T> Now<T>(T value) => new(value, time.GetTimestamp());

    private async Task Try(Func<CancellationToken, Task> read)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        try
        {
            await read(patience.Token);
        }
        catch (Exception)
        {
            // What is known grows older. Whoever keeps it logs what is wrong.
        }
    }

    private async Task ReadBlindness(CancellationToken cancellationToken)
    {
        if (!_hasQueue) return;
        var state = await grains.GetGrain<IWatcherGrain>(0).GetState().WaitAsync(cancellationToken);
        _blindness = Now(state.Blindness is { EndedAt: null } blindness ? blindness : null);
    }

    private async Task ReadHeartbeat(CancellationToken cancellationToken)
    {
        if (settings.Heartbeat is null) return;
        _heartbeat = Now(await grains.GetGrain<IHeartbeatGrain>(0).Read().WaitAsync(cancellationToken));
    }

    private async Task ReadStorage(CancellationToken _)
    {
        if (_storageAskedAt is { } at && time.GetElapsedTime(at) < StorageEvery) return;
        _storageAskedAt = time.GetTimestamp();

        // It has a time-out of its own, and an answer for each failure.
        var report = await health.CheckHealthAsync(check => check.Name == HealthApi.Storage, CancellationToken.None);
        _storageAnswers = Now(report.Status != HealthStatus.Unhealthy);
    }

    private sealed record Reading<T>(T Value, long At);
}
