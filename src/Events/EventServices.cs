using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IoTOrleans.Events;

internal static class EventServices
{
    /// <summary>Takes what says something beside the changes themselves. Several sources need it; the first one registers it.</summary>
    public static IServiceCollection AddEvidence(this IServiceCollection services)
    {
        services.TryAddSingleton<EventMetrics>();
        services.TryAddSingleton<RuleFailures>();
        services.TryAddSingleton<ConnectFailureRelay>();
        return services.AddHostedService(provider => provider.GetRequiredService<ConnectFailureRelay>());
    }
}
