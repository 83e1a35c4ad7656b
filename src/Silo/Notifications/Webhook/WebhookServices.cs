using IoTOrleans.Grains.Ports;
using IoTOrleans.Silo.Hosting;
using IoTOrleans.Silo.Notifications.Text;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IoTOrleans.Silo.Notifications.Webhook;

internal static class WebhookServices
{
    /// <summary>May be called once for each address, with different names.</summary>
    public static IServiceCollection AddWebhookDestination(this IServiceCollection services, WebhookDestinationOptions options)
    {
        UrlOf(options);
        SignatureOf(options);

        services.TryAddSingleton(TimeProvider.System);
        services.AddHttpClient(ClientName(options), client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                ConnectTimeout = options.ConnectTimeout,

                // A connection for each. One that is kept may be closing at the other end (always so with receivers that speak
                // HTTP/1.0): it takes the request and answers nothing, and the notification is a minute late for nothing.
                PooledConnectionLifetime = TimeSpan.Zero,
                MaxResponseDrainSize = 64 * 1024,
            })
            // Its log lines hold the address, and the address may hold a token.
            .RemoveAllLoggers();
        return services.AddSingleton<INotificationDestination>(provider => new WebhookDestination(
            options,
            provider.GetRequiredService<IHttpClientFactory>(),
            provider.GetRequiredService<NotificationText>(),
            provider.GetRequiredService<TimeProvider>()));
    }

    internal static string ClientName(WebhookDestinationOptions options) => "webhook:" + options.Name;

    /// <summary>The message does not repeat the address: it may hold a token.</summary>
    internal static Uri UrlOf(WebhookDestinationOptions options)
    {
        if (!Uri.TryCreate(options.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            throw new StartupException(
                $"{options.Setting}:Url is not an address: say all of it, for example https://example.net/hooks/iot.");
        }
        if (url.UserInfo.Length > 0)
        {
            throw new StartupException(
                $"{options.Setting}:Url holds a user name or password, which would not be sent: "
                + $"use {options.Setting}:Secret, or a token in the path.");
        }
        return url;
    }

    internal static WebhookSignature? SignatureOf(WebhookDestinationOptions options) =>
        string.IsNullOrEmpty(options.Secret) ? null : new WebhookSignature($"{options.Setting}:Secret", options.Secret);
}
