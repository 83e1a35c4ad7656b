using IoTOrleans.Notifications.Http;

namespace IoTOrleans.Notifications.Webhook;

/// <summary>Posts the body for programs to the user's own address.</summary>
internal sealed class WebhookDestination(WebhookSignature? signature, HttpPoster poster, TimeProvider time) : IDestination
{
    public static Action<IServiceCollection> Read(DestinationSection section)
    {
        var url = section.Address("say where to post to, for example https://example.net/hooks/iot");
        var signature = section.Secret("Secret") is { } secret
            ? section.Try(() => new WebhookSignature(section.Key("Secret"), secret))
            : null;
        return section.OverHttp(url, section.Terms(rate: "0"), (poster, time) => new WebhookDestination(signature, poster, time));
    }

    public Task<DeliveryAnswer> Send(OutgoingMessage message, CancellationToken cancellationToken)
    {
        var body = Encoding.UTF8.GetBytes(message.Json);
        return poster.Post(body, Prepare, cancellationToken);

        void Prepare(HttpRequestMessage request)
        {
            // Also without a secret: receivers drop repeats by it.
            request.Headers.Add("webhook-id", message.Key);
            signature?.Sign(request, message.Key, time.GetUtcNow(), body);
        }
    }
}
