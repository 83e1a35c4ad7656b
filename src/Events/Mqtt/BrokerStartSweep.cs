using IoTOrleans.Grains.Devices;
using Microsoft.Extensions.Options;

namespace IoTOrleans.Events.Mqtt;

/// <summary>
/// A start of the broker ends all earlier connections without an event. A little later this service tells each thing that is stored as
/// connected and has not come back.
/// </summary>
/// <remarks>
/// A walk in which something failed is repeated as a whole, with growing delays. It does not find things that an earlier walk has told.
/// </remarks>
internal sealed partial class BrokerStartSweep(
    IThingCatalogue catalogue, IGrainFactory grains, IBrokerClock clock, LiveConnections live, IOptions<MqttBrokerOptions> options,
    TimeProvider time, ILogger<BrokerStartSweep> logger) : BackgroundService
{
    internal const int AtOnce = 16;

    private const int PageSize = 1000;

    private static readonly Backoff Retry = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Registered after the broker, so its start is known by now.
        if (clock.Current is not { } start) return;

        try
        {
            await Task.Delay(options.Value.SettleTime, time, stoppingToken);
            for (var failures = 1; !await Walk(start, stoppingToken); failures++)
                await Task.Delay(Retry.After(failures), time, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The next start sweeps again. A host that fails to start would log this exception as a crash.
        }
    }

    /// <returns>Whether every thing was told.</returns>
    private async Task<bool> Walk(BrokerStart start, CancellationToken cancellationToken)
    {
        var told = 0;
        var failed = 0;
        try
        {
            var pages = catalogue.Walk(PageSize, cancellationToken);
            var waiting = pages.SelectMany(page => page.Things).Where(Waits);
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(waiting.Select(thing => thing.ThingName), parallel, async (thingName, _) =>
            {
                // It is back, and its connect is on the way to its grain.
                if (!live.TryFind(thingName, out var visit) || visit is not null) return;
                try
                {
                    await grains.GetGrain<IDeviceAnswers>(thingName).BrokerStarted(start);
                    Interlocked.Increment(ref told);
                }
                catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
                {
                    if (Interlocked.Increment(ref failed) == 1) LogThingFailed(exception, thingName);
                }
            });
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            failed++;
            LogWalkFailed(exception);
        }

        if (told > 0 || failed > 0) LogWalked(start.Number, told, failed);
        return failed == 0;

        bool Waits(StoredThing thing)
        {
            // It may be waiting, too: it is looked at again when somebody has mended it.
            if (thing.Unreadable is not null) Interlocked.Increment(ref failed);
            return WaitsForBroker(thing.State, start.Number);
        }
    }

    /// <summary>
    /// Connected or in grace since an earlier start: this start gives the thing a whole grace. One thing too many does no harm, one too few
    /// would stay connected for ever.
    /// </summary>
    private static bool WaitsForBroker(DeviceState state, long startNumber) =>
        state.Source == EventSource.Broker
        && state.Marks.TryGetValue(OrderMark.BrokerKey, out var mark) && mark.BrokerStart < startNumber
        && (state.Connected == true || state.Outage is { Telling: null });

    [LoggerMessage(LogLevel.Information,
        "Broker start {Number}: {Told} things have not come back since, so their grace begins. {Failed} more are tried again.")]
    private partial void LogWalked(long number, int told, int failed);

    [LoggerMessage(LogLevel.Warning, "{Thing} could not be told that the broker has started. It is told again later.")]
    private partial void LogThingFailed(Exception exception, string thing);

    [LoggerMessage(LogLevel.Warning, "The things that were connected before the broker's start could not be listed. This is tried again.")]
    private partial void LogWalkFailed(Exception exception);
}
