using IoTOrleans.Grains.Incidents;

namespace IoTOrleans.Grains.Dispatch;

/// <summary>The open incidents of all destinations.</summary>
public sealed class IncidentReader(
    IEnumerable<INotificationDestination> destinations, IGrainFactory grains, IOptions<IncidentOptions> options)
{
    private readonly List<string> _destinations = [.. destinations.Select(destination => destination.Name)];

    public async Task<IReadOnlyList<FleetIncident>> Read(CancellationToken cancellationToken)
    {
        var incidents = await Task.WhenAll(
            _destinations.Select(name => grains.GetGrain<IDispatcherGrain>(name).OpenIncidents())).WaitAsync(cancellationToken);
        return OpenIncidents.Merge(_destinations.Zip(incidents).ToDictionary(), options.Value.GroupWindow);
    }
}
