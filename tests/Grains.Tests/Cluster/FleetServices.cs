using IoTOrleans.Grains.Fleet;
using IoTOrleans.Grains.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IoTOrleans.Grains.Tests.Cluster;

internal static class FleetServices
{
    /// <summary>Nobody reports to the fleet's grain, and nobody asks it.</summary>
    public static void DoNotCountFleet(this IServiceCollection services)
    {
        services.Replace(ServiceDescriptor.Singleton<IFleetCount, Uncounted>());
        services.Remove(services.Single(service => service.ImplementationType == typeof(FleetReporter)));
    }

    private sealed class Uncounted : IFleetCount
    {
        public long Mark => 0;

        public ValueTask<FleetNumbers?> Count(long mark, CancellationToken cancellationToken) => new((FleetNumbers?)null);
    }
}
