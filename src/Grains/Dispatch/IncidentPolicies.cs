using IoTOrleans.Grains.Incidents;

namespace IoTOrleans.Grains.Dispatch;

/// <summary>What holds for which destination.</summary>
internal sealed class IncidentPolicies(IOptions<IncidentOptions> options, IEnumerable<INotificationDestination> destinations)
{
    private readonly Dictionary<string, DestinationTerms> _destinations = destinations.ToDictionary(
        destination => destination.Name, destination => destination.Terms);

    public IncidentTerms For(string destination) => new()
    {
        CollapseAbove = options.Value.CollapseAbove,
        GroupWindow = options.Value.GroupWindow,
        Destination = _destinations.GetValueOrDefault(destination, DestinationTerms.Default),
    };
}
