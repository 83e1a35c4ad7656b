using IoTOrleans.Grains.Ports;
using IoTOrleans.Silo.Notifications.Http;
using IoTOrleans.Silo.Notifications.Text;

namespace IoTOrleans.Silo.Notifications.Ntfy;

/// <summary>Push to phones. Published as JSON, since a thing name in a header would have to be ASCII.</summary>
internal sealed class NtfyDestination(NtfyOptions options, HttpPoster poster, NotificationText text) : INotificationDestination
{
    public string Name => options.Name;

    public DestinationTerms Terms => options.Terms;

    public Task<DeliveryAnswer> Send(Notification notification, CancellationToken cancellationToken) =>
        poster.Post(HttpDestinations.Json(NtfyMessage.Of(notification, text, options)), cancellationToken);

    public Task<DeliveryAnswer> Send(FleetNotification notification, CancellationToken cancellationToken) =>
        poster.Post(HttpDestinations.Json(NtfyMessage.Of(notification, text, options)), cancellationToken);

    public Task<DeliveryAnswer> Send(FleetSummary summary, CancellationToken cancellationToken) =>
        poster.Post(HttpDestinations.Json(NtfyMessage.Of(summary, text, options)), cancellationToken);
}

/// <param name="Priority">Of bad news; good news and tests are never above ntfy's default.</param>
internal sealed record NtfyOptions(string Name, DestinationTerms Terms, string Topic, int Priority);
