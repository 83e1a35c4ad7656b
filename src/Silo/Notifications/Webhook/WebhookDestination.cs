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

    public Task<DeliveryAnswer> Send(Notification notification, CancellationToken cancellationToken) =>
        Post(notification.Key, text.MachineJson(notification), cancellationToken);

    public Task<DeliveryAnswer> Send(FleetNotification notification, CancellationToken cancellationToken) =>
        Post(notification.Key, text.MachineJson(notification), cancellationToken);

    public Task<DeliveryAnswer> Send(FleetSummary summary, CancellationToken cancellationToken) =>
        Post(summary.Id, text.MachineJson(summary), cancellationToken);

    private Task<DeliveryAnswer> Post(string key, string json, CancellationToken cancellationToken)
    {
        var body = Encoding.UTF8.GetBytes(json);
        return poster.Post(body, cancellationToken, request =>
        {
            // Also without a secret: what a receiver drops repeats by.
            request.Headers.Add("webhook-id", key);
            signature?.Sign(request, key, time.GetUtcNow(), body);
        });
    }
}
