using System.Text;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Silo.Notifications.Http;
using IoTOrleans.Silo.Notifications.Text;

namespace IoTOrleans.Silo.Notifications.Webhook;

/// <summary>Posts the machine body to an address of the user's own.</summary>
internal sealed class WebhookDestination(
    WebhookDestinationOptions options, WebhookSignature? signature, HttpPoster poster, NotificationText text, TimeProvider time) : INotificationDestination
{
    public string Name => options.Name;

    public DestinationTerms Terms => options.Terms;

    public Task<DeliveryAnswer> Send(Notification notification, CancellationToken cancellationToken)
    {
        var body = Encoding.UTF8.GetBytes(text.MachineJson(notification));
        return poster.Post(body, cancellationToken, request =>
        {
            // Also without a secret: what a receiver drops repeats by.
            request.Headers.Add("webhook-id", notification.Key);
            signature?.Sign(request, notification.Key, time.GetUtcNow(), body);
        });
    }
}
