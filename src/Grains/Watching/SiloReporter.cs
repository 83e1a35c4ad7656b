namespace IoTOrleans.Grains.Watching;

/// <summary>Tells the cluster what this silo knows of its destinations and its verdicts. It costs one message, kept in memory.</summary>
internal sealed class SiloReporter(
    IEnumerable<INotificationDestination> destinations, IDestinationHealth health, DeferredVerdicts deferred, IGrainFactory grains,
    ILocalSiloDetails silo, [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time, IHostApplicationLifetime? lifetime = null)
    : BackgroundService
{
    internal static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await lifetime.Started(stoppingToken);
            while (true)
            {
                // Not awaited: a report that gets lost is followed by another one.
                grains.GetGrain<ISiloReportsGrain>(0).Report(await Compose()).Ignore();
                await Task.Delay(Every, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private async Task<SiloReport> Compose()
    {
        var owed = await health.Owed();
        var (accepted, refusing, failing) = (health.LastAccepted, health.Refusing, health.Failing);
        return new(silo.SiloAddress.ToParsableString(), deferred.Count(), [.. destinations.Select(destination => destination.Name).Select(
            name => new DestinationReport(name, At(accepted, name), At(refusing, name), At(failing, name), At(owed, name)))]);
    }

    private static DateTimeOffset? At(IReadOnlyDictionary<string, DateTimeOffset> times, string name) =>
        times.TryGetValue(name, out var at) ? at : null;
}
