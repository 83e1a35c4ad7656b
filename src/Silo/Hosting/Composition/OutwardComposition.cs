using IoTOrleans.Events.Mqtt;
using IoTOrleans.Silo.Hosting.Settings;
using IoTOrleans.Silo.Notifications.Text;
using IoTOrleans.Silo.Verifiers;

namespace IoTOrleans.Silo.Hosting.Composition;

/// <summary>Who is told, and who is asked before.</summary>
internal static class OutwardComposition
{
    public static void AddNotifications(this WebApplicationBuilder builder, SiloSettings settings)
    {
        var services = builder.Services;
        services.AddNotificationText(new NotificationTextOptions
        {
            Culture = settings.Culture,
            TimeZone = settings.TimeZone.Id,
            ExternalUrl = settings.ExternalUrl?.AbsoluteUri,
            Cluster = settings.Orleans.ClusterId,
            Region = Environment.GetEnvironmentVariable("AWS_REGION"),
        });

        foreach (var destination in settings.Destinations) destination.AddTo(services);
    }

    public static void AddVerification(this WebApplicationBuilder builder, SiloSettings settings)
    {
        if (settings.VerifiesByBroker) builder.Services.AddBrokerVerifier();
        if (settings.VerifiesByShadow) builder.Services.AddShadowVerifier(new ShadowVerifierOptions { ShadowName = settings.ShadowName, MaxPerSecond = settings.VerifyMaxPerSecond });
    }
}
