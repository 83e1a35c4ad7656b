using Microsoft.Extensions.Options;

namespace IoTOrleans.Events.Mqtt;

/// <summary>
/// A broker that starts has no connections, and nobody saw them end: a little later, it looks for the things that are taken to
/// be connected and have not come back.
/// </summary>
/// <remarks>
/// A walk in which something failed is done again as a whole, later and later. Things that were told in an earlier walk are not
/// found any more, so nothing has to be remembered between walks.
/// </remarks>
internal sealed partial class BrokerStartSweep(
    IBrokerThings things, IBrokerStartSink sink, IBrokerClock clock, LiveConnections live, IOptions<MqttBrokerOptions> options,
    TimeProvider time, ILogger<BrokerStartSweep> logger) : BackgroundService
{
    internal const int AtOnce = 16;

    private static readonly Backoff Retry = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Registered after the broker, which knows its start when it has started.
        if (clock.Current is not { } start) return;

        try
        {
            await Task.Delay(options.Value.SettleTime, time, stoppingToken);
            for (var failures = 1; !await Walk(start, stoppingToken); failures++)
                await Task.Delay(Retry.After(failures), time, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The next start sweeps again. A host that fails to start takes this for a crash otherwise, and says so at length.
        }
    }

    /// <returns>Whether every thing was told.</returns>
    private async Task<bool> Walk(BrokerStart start, CancellationToken cancellationToken)
    {
        var told = 0;
        var failed = 0;
        try
        {
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(things.HeardByEarlierStarts(start.Number, cancellationToken), parallel, async (thingName, _) =>
            {
                // It is back, and its connect is on the way to its grain.
                if (!live.TryFind(thingName, out var visit) || visit is not null) return;
                try
                {
                    await sink.BrokerStarted(thingName, start);
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
    }

    [LoggerMessage(
        LogLevel.Information,
        "Broker start {Number}: {Told} things from before have not come back yet; {Failed} could not be told and are tried again.")]
    private partial void LogWalked(long number, int told, int failed);

    [LoggerMessage(LogLevel.Warning, "{Thing} could not be told of the broker's start.")]
    private partial void LogThingFailed(Exception exception, string thing);

    [LoggerMessage(LogLevel.Warning, "The things that were connected before the broker's start could not be listed; trying again.")]
    private partial void LogWalkFailed(Exception exception);
}
