using IoTOrleans.Grains.Ports;
using IoTOrleans.Silo.Hosting.Settings;
using IoTOrleans.Silo.Notifications.Console;
using IoTOrleans.Silo.Notifications.Sns;
using IoTOrleans.Silo.Notifications.Text;
using IoTOrleans.Silo.Notifications.Webhook;
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

        if (settings.TopicArn is not null)
        {
            services.AddSnsDestination(new SnsDestinationOptions
            {
                TopicArn = settings.TopicArn,
                AsciiSubject = settings.AsciiSubject,

                // SNS disables a mail subscription that gets more than 10 messages a second.
                Terms = new DestinationTerms { RateLimit = new RateLimit(2, TimeSpan.FromSeconds(1)) },
            });
        }

        if (settings.WebhookUrl is not null)
            services.AddWebhookDestination(new WebhookDestinationOptions { Url = settings.WebhookUrl, Secret = settings.WebhookSecret });

        // Somebody is always told: without any other destination, whoever looks at this terminal.
        if (settings.Destinations.Contains("console")) services.AddConsoleDestination();
    }

    public static void AddVerification(this WebApplicationBuilder builder, SiloSettings settings)
    {
        if (!settings.VerifiesByShadow) return;
        builder.Services.AddShadowVerifier(new ShadowVerifierOptions { ShadowName = settings.ShadowName, MaxPerSecond = settings.VerifyMaxPerSecond });
    }
}
