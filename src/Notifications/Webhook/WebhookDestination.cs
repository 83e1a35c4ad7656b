using IoTOrleans.Notifications.Http;

namespace IoTOrleans.Notifications.Webhook;

/// <summary>Posts the body for programs to an address of the user's own.</summary>
internal sealed class WebhookDestination(WebhookSignature? signature, HttpPoster poster, TimeProvider time) : IDestination
{
    public Task<DeliveryAnswer> Send(OutgoingMessage message, CancellationToken cancellationToken)
    {
        var body = Encoding.UTF8.GetBytes(message.Json);
        return poster.Post(body, Prepare, cancellationToken);

        void Prepare(HttpRequestMessage request)
        {
            // Also without a secret: what a receiver drops repeats by.
            request.Headers.Add("webhook-id", message.Key);
            signature?.Sign(request, message.Key, time.GetUtcNow(), body);
        }
    }
}
