using IoTOrleans.Grains.Watching;

namespace IoTOrleans.Events.Watermarks;

/// <summary>Tells the watcher grain how far the cluster has read its queues: it notices when the service is blind.</summary>
internal sealed class WatcherReporter(IIngestProgress progress, IGrainFactory grains, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(Every, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested) return;

            // Not awaited: the grain may wait for storage that hangs, and the next call follows soon.
            grains.GetGrain<IWatcherGrain>(0).Look(progress.Current.Queue?.SeenUntil).Ignore();
        }
    }
}
