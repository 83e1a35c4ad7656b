namespace IoTOrleans.Silo.Notifications.Text;

internal static class NotificationTextServices
{
    public static IServiceCollection AddNotificationText(this IServiceCollection services, NotificationTextOptions options) =>
        services.AddSingleton(new NotificationText(options));
}
