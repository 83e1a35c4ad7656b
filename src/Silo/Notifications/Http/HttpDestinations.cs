using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Silo.Notifications.Text;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IoTOrleans.Silo.Notifications.Http;

/// <summary>What all destinations reached over HTTP share.</summary>
internal static class HttpDestinations
{
    /// <summary>Readable in logs, whatever the language; none of it ever becomes part of a page.</summary>
    private static readonly JsonSerializerOptions Readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    /// <summary>May be called once for each destination, with different names.</summary>
    public static IServiceCollection AddHttpDestination(
        this IServiceCollection services, HttpTarget target, Func<HttpPoster, NotificationText, TimeProvider, INotificationDestination> create)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddHttpClient(ClientName(target.Name), client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                ConnectTimeout = target.ConnectTimeout,

                // A connection for each. One that is kept may be closing at the other end (always so with receivers that speak
                // HTTP/1.0): it takes the request and answers nothing, and the notification is a minute late for nothing.
                PooledConnectionLifetime = TimeSpan.Zero,
                MaxResponseDrainSize = 64 * 1024,
            })
            // Its log lines hold the address, and the address may hold a token.
            .RemoveAllLoggers();
        return services.AddSingleton(provider =>
        {
            var time = provider.GetRequiredService<TimeProvider>();
            var poster = new HttpPoster(target, provider.GetRequiredService<IHttpClientFactory>(), time);
            return create(poster, provider.GetRequiredService<NotificationText>(), time);
        });
    }

    public static string ClientName(string destination) => "destination:" + destination;

    /// <summary>Names in snake_case, without nulls.</summary>
    public static byte[] Json<T>(T body) => JsonSerializer.SerializeToUtf8Bytes(body, Readable);
}
