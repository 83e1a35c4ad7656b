using IoTOrleans.Silo.Notifications.Http;

namespace IoTOrleans.Silo.Notifications.Webhook;

internal static class WebhookServices
{
    /// <summary>May be called once for each address, with different names.</summary>
    public static IServiceCollection AddWebhookDestination(this IServiceCollection services, WebhookDestinationOptions options)
    {
        var target = new HttpTarget
        {
            Name = options.Name,
            Setting = $"{options.Setting}:Url",
            Url = HttpTarget.Parse($"{options.Setting}:Url", options.Url),
            Headers = options.Headers,
            ConnectTimeout = options.ConnectTimeout,
            Timeout = options.Timeout,
        };
        var signature = string.IsNullOrEmpty(options.Secret) ? null : new WebhookSignature($"{options.Setting}:Secret", options.Secret);
        return services.AddHttpDestination(target, (poster, text, time) => new WebhookDestination(options, signature, poster, text, time));
    }
}
