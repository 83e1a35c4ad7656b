using IoTOrleans.Grains;
using IoTOrleans.Notifications.Heartbeat;
using IoTOrleans.Notifications.Text;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace IoTOrleans.Notifications;

public static class NotificationServices
{
    public static IServiceCollection AddNotifications(
        this IServiceCollection services, NotificationTextOptions options, IEnumerable<DestinationSettings> destinations)
    {
        services.AddSingleton(new NotificationText(options));
        foreach (var destination in destinations) destination.AddTo(services);
        return services;
    }

    /// <summary>The dead man's switch.</summary>
    public static IServiceCollection AddHeartbeat(this IServiceCollection services, HeartbeatSettings settings) => services.AddHeartbeat(
        provider => ActivatorUtilities.CreateInstance<HttpHeartbeat>(provider, settings));

    internal static IServiceCollection AddDestination(
        this IServiceCollection services, DestinationSection section, DestinationTerms terms, Func<IServiceProvider, IDestination> create)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions();
        return services.AddSingleton<INotificationDestination>(provider =>
            new RenderedDestination(
                section.Name, terms, provider.GetRequiredService<NotificationText>(), create(provider), section.Secrets,
                provider.GetRequiredService<IOptionsMonitor<DestinationRates>>()));
    }
}
