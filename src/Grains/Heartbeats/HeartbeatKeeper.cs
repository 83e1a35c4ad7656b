namespace IoTOrleans.Grains.Heartbeats;

/// <summary>Every silo sees to it that somewhere in the cluster the grain lives that sends. It decides nothing.</summary>
internal sealed class HeartbeatKeeper(
    IGrainFactory grains, [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time, IHostApplicationLifetime? lifetime = null)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await lifetime.Started(stoppingToken);
            while (true)
            {
                // Not awaited: a call that gets lost is followed by another one.
                grains.GetGrain<IHeartbeatGrain>(0).Keep().Ignore();
                await Task.Delay(HeartbeatGrain.LookEvery, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }
}
