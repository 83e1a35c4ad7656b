using IoTOrleans.Silo.Hosting.Settings.Destinations;

namespace IoTOrleans.Silo.Notifications.Webhook;

internal static class WebhookSettings
{
    public static Action<IServiceCollection> Read(DestinationSection section)
    {
        var options = new WebhookDestinationOptions
        {
            Name = section.Name,
            Setting = section.Section,
            Url = section.Address("say where to post to, for example https://example.net/hooks/iot").OriginalString,
            Secret = section.Text("Secret"),
            Headers = section.Headers(),
            Timeout = section.ReadTimeout(),
            Terms = section.Terms(rate: "0"),
        };
        if (options.Secret is not null) section.Try(() => new WebhookSignature(section.Key("Secret"), options.Secret));
        return services => services.AddWebhookDestination(options);
    }
}
