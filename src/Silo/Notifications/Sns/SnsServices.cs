using IoTOrleans.Aws;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Silo.Notifications.Text;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IoTOrleans.Silo.Notifications.Sns;

internal static class SnsServices
{
    private static readonly TimeSpan EachAttempt = TimeSpan.FromSeconds(5);

    /// <summary>May be called once for each topic, with different names.</summary>
    public static IServiceCollection AddSnsDestination(this IServiceCollection services, SnsDestinationOptions options)
    {
        // Before the host is built: nobody should wait for credentials to learn of a typing error.
        var setting = $"{options.Setting}:TopicArn";
        TopicArn.Parse(setting, options.TopicArn);

        services.NeedAwsCredentials(setting);
        services.TryAddSingleton(_ => new SnsClient(new SnsConfig { Timeout = EachAttempt }));
        return services.AddSingleton<INotificationDestination>(provider => new SnsDestination(
            options,
            provider.GetRequiredService<SnsClient>(),
            provider.GetRequiredService<NotificationText>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<SnsDestination>>()));
    }
}
