namespace IoTOrleans.Notifications.Webhook;

internal static class WebhookSettings
{
    public static Action<IServiceCollection> Read(DestinationSection section)
    {
        var url = section.Address("say where to post to, for example https://example.net/hooks/iot");
        var signature = section.Text("Secret") is { } secret
            ? section.Try(() => new WebhookSignature(section.Key("Secret"), secret))
            : null;
        return section.OverHttp(url, section.Terms(rate: "0"), (poster, time) => new WebhookDestination(signature, poster, time));
    }
}
