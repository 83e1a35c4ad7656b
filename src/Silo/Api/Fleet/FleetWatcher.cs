using IoTOrleans.Events.Watermarks;
using IoTOrleans.Grains.Dispatch;
using IoTOrleans.Grains.Watching;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace IoTOrleans.Silo.Api.Fleet;

/// <summary>
/// What the page shows beside the things: open incidents, and whether it can be trusted. It is read every two seconds while somebody looks;
/// what does not answer stays as it was.
/// </summary>
internal sealed class FleetWatcher(
    SiloSettings settings, IncidentReader incidents, IGrainFactory grains, IIngestProgress progress, IServiceProvider services,
    HealthCheckService health, TimeProvider time)
{
    internal static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    internal static readonly TimeSpan StorageEvery = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly bool _hasQueue = settings.QueueUrl is not null;
    private readonly Lock _gate = new();
    private Task? _first;
    private Task _last = Task.CompletedTask;
    private long _readAt;
    private long? _storageReadAt;
    private volatile ClusterReport _reports = new(0, []);
    private volatile Blindness? _blindness;
    private volatile bool _storageFails;
    private volatile IReadOnlyList<FleetIncident>? _incidents;

    /// <summary>Null: they are not read yet.</summary>
    public IReadOnlyList<FleetIncident>? Incidents => _incidents;

    public WatcherBody Watch
    {
        get
        {
            var now = time.GetUtcNow();
            var names = settings.Destinations.Select(destination => destination.Name);
            return new(
                _hasQueue ? progress.Current.Queue?.SeenUntil : now,
                _hasQueue ? Behind() : null,
                _blindness?.Since,
                _reports.HeldVerdicts,
                _storageFails ? StorageState.Failing : StorageState.Ok,
                StatesOf(names, _reports));
        }
    }

    /// <summary>Waits for the first reading, and for no other one.</summary>
    public Task Refresh(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_last.IsCompleted && (_first is null || time.GetElapsedTime(_readAt) >= Every))
            {
                _readAt = time.GetTimestamp();
                _last = ReadAll();
                _first ??= _last;
            }

            return _first!.WaitAsync(cancellationToken);
        }
    }

    internal static IReadOnlyList<DestinationBody> StatesOf(IEnumerable<string> destinations, ClusterReport reports) =>
    [
        .. destinations.Select(name => reports.Destinations.FirstOrDefault(one => one.Name == name) is { } report
            ? new DestinationBody(name, report.LastAcceptedAt, StateOf(report)) : new(name, null, DestinationState.Idle)),
    ];

    private static DestinationState StateOf(DestinationReport report) => report switch
    {
        { RefusingSince: not null } => DestinationState.Refusing,
        { FailingSince: not null } => DestinationState.Failing,
        { LastAcceptedAt: null } => DestinationState.Idle,
        _ => DestinationState.Ok,
    };

    /// <summary>A queue that has been read up to now is 0 s old.</summary>
    private int Behind() => (int)Math.Max(0, services.GetRequiredService<WatermarkCopy>().Behind.TotalSeconds);

    private Task ReadAll() => Task.WhenAll(
        Try(async cancellationToken => _incidents = await incidents.Read(cancellationToken)),
        Try(async cancellationToken => _reports = await grains.GetGrain<ISiloReportsGrain>(0).Read().WaitAsync(cancellationToken)),
        Try(ReadBlindness),
        Try(ReadStorage));

    private async Task Try(Func<CancellationToken, Task> read)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        try
        {
            await read(patience.Token);
        }
        catch (Exception)
        {
            // The last known value stays. Whoever keeps it logs what is wrong.
        }
    }

    private async Task ReadBlindness(CancellationToken cancellationToken)
    {
        if (!_hasQueue) return;
        var state = await grains.GetGrain<IWatcherGrain>(0).GetState().WaitAsync(cancellationToken);
        _blindness = state.Blindness is { EndedAt: null } blindness ? blindness : null;
    }

    private async Task ReadStorage(CancellationToken _)
    {
        if (_storageReadAt is { } at && time.GetElapsedTime(at) < StorageEvery) return;
        _storageReadAt = time.GetTimestamp();

        // It has a time-out of its own, and an answer for each failure.
        var report = await health.CheckHealthAsync(check => check.Name == HealthApi.Storage, CancellationToken.None);
        _storageFails = report.Status == HealthStatus.Unhealthy;
    }
}
