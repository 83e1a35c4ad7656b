using IoTOrleans.Grains.Ports;
using IoTOrleans.Silo.Notifications.Http;
using IoTOrleans.Silo.Notifications.Text;

namespace IoTOrleans.Silo.Notifications.Alertmanager;

/// <summary>
/// One alert for each outage, posted again while it runs (<see cref="DestinationTerms.KeepAlive"/>): Alertmanager keeps alerts in
/// memory only and resolves those whose end has passed.
/// </summary>
internal sealed class AlertmanagerDestination(
    AlertmanagerOptions options, HttpPoster poster, NotificationText text, TimeProvider time) : INotificationDestination
{
    public string Name => options.Name;

    public DestinationTerms Terms => options.Terms;

    public Task<DeliveryAnswer> Send(Notification notification, CancellationToken cancellationToken) =>
        poster.Post(HttpDestinations.Json(AlertmanagerAlert.Of(notification, text, options, time.GetUtcNow())), cancellationToken);

    public async Task<DeliveryAnswer> Send(FleetNotification notification, CancellationToken cancellationToken)
    {
        var ends = notification.Event == FleetEvent.FleetRecovered;
        if (ends && notification.Number == 1)
        {
            // Everybody was back before anything could be told: of an alert that it never knew, Alertmanager would not tell the end.
            var answer = await Post(notification, ends: false, cancellationToken);
            if (answer.Outcome != DeliveryOutcome.Accepted) return answer;
        }

        return await Post(notification, ends, cancellationToken);
    }

    private Task<DeliveryAnswer> Post(FleetNotification notification, bool ends, CancellationToken cancellationToken) =>
        poster.Post(HttpDestinations.Json(AlertmanagerAlert.Of(notification, ends, text, options, time.GetUtcNow())), cancellationToken);
}

/// <param name="Labels">Added to every alert, for routing.</param>
internal sealed record AlertmanagerOptions(string Name, DestinationTerms Terms, IReadOnlyDictionary<string, string> Labels);
