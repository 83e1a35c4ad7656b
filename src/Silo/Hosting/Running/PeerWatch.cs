using System.Collections.Concurrent;
using IoTOrleans.Silo.Logging;
using Orleans.Runtime;

namespace IoTOrleans.Silo.Hosting.Running;

/// <summary>Logs once that another silo of the cluster died; <see cref="PeerTrouble"/> keeps Orleans' many lines off the console.</summary>
internal sealed partial class PeerWatch(ISiloStatusOracle silos, ILogger<PeerWatch> logger) : IHostedService, ISiloStatusListener
{
    private readonly ConcurrentDictionary<SiloAddress, SiloStatus> _last = new();

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var (silo, status) in silos.GetApproximateSiloStatuses(onlyActive: true)) _last[silo] = status;
        silos.SubscribeToSiloStatusEvents(this);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        silos.UnSubscribeFromSiloStatusEvents(this);
        return Task.CompletedTask;
    }

    /// <summary>Not for a silo that leaves by itself, or that never was active.</summary>
    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
    {
        if (status != SiloStatus.Dead) _last[updatedSilo] = status;
        else if (_last.TryRemove(updatedSilo, out var last) && last == SiloStatus.Active) LogDied(updatedSilo.Endpoint);
    }

    [LoggerMessage(LogLevel.Warning, "The silo {Silo} of this cluster has died or cannot be reached. The other silos take over its "
        + "things within a minute.")]
    private partial void LogDied(System.Net.IPEndPoint silo);
}
