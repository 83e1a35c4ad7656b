using IoTOrleans.Events.Mqtt;
using IoTOrleans.Notifications.Text;
using IoTOrleans.Notifications;
using IoTOrleans.Silo.Verifiers;

namespace IoTOrleans.Silo.Hosting.Composition;

internal static class OutwardComposition
{
    public static void AddNotifications(this WebApplicationBuilder builder, SiloSettings settings)
    {
        builder.Services.AddNotifications(
            new NotificationTextOptions
            {
                Culture = settings.Culture,
                TimeZone = settings.TimeZone.Id,
                ExternalUrl = settings.ExternalUrl?.AbsoluteUri,
                Cluster = settings.Orleans.ClusterId,
                Region = Environment.GetEnvironmentVariable("AWS_REGION"),
            },
            settings.Destinations);
        if (settings.Heartbeat is { } heartbeat) builder.Services.AddHeartbeat(heartbeat);
    }

    public static void AddVerification(this WebApplicationBuilder builder, SiloSettings settings)
    {
        if (settings.VerifiesByBroker) builder.Services.AddSingleton<IConnectionVerifier, BrokerVerifier>();
        if (settings.VerifiesByAws) builder.Services.AddAwsVerifier(
            settings.VerifyWith, new() { ShadowName = settings.ShadowName, MaxPerSecond = settings.VerifyMaxPerSecond });
    }
}
