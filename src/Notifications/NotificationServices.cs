using IoTOrleans.Notifications.Text;
using Microsoft.Extensions.DependencyInjection.Extensions;

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

    internal static IServiceCollection AddDestination(
        this IServiceCollection services, DestinationSection section, DestinationTerms terms, Func<IServiceProvider, IDestination> create)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services.AddSingleton<INotificationDestination>(provider =>
            new RenderedDestination(
                section.Name, terms, provider.GetRequiredService<NotificationText>(), create(provider), section.Secrets));
    }
}
