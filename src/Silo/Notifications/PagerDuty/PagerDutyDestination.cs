using IoTOrleans.Grains.Ports;
using IoTOrleans.Silo.Notifications.Http;
using IoTOrleans.Silo.Notifications.Text;

namespace IoTOrleans.Silo.Notifications.PagerDuty;

/// <summary>Events API v2: one alert for each outage, opened and resolved under the outage's id; the same for an incident.</summary>
internal sealed class PagerDutyDestination(PagerDutyOptions options, HttpPoster poster, NotificationText text) : INotificationDestination
{
    public string Name => options.Name;

    public DestinationTerms Terms => options.Terms;

    public async Task<DeliveryAnswer> Send(Notification notification, CancellationToken cancellationToken)
    {
        var answer = await Post(PagerDutyEvent.Of(notification, text, options), cancellationToken);

        // A test leaves no incident behind that somebody has to close.
        return notification.IsTest && answer.Outcome == DeliveryOutcome.Accepted
            ? await Post(PagerDutyEvent.Resolve(notification.OutageId, options), cancellationToken)
            : answer;
    }

    public async Task<DeliveryAnswer> Send(FleetNotification notification, CancellationToken cancellationToken)
    {
        if (notification.Event == FleetEvent.FleetOutage || notification.Number == 1)
        {
            // Also where everybody was back before anything could be told: what was never opened is resolved in silence.
            var answer = await Post(PagerDutyEvent.Trigger(notification, text, options), cancellationToken);
            if (notification.Event == FleetEvent.FleetOutage || answer.Outcome != DeliveryOutcome.Accepted) return answer;
        }

        return await Post(PagerDutyEvent.Resolve(notification.IncidentId, options), cancellationToken);
    }

    private Task<DeliveryAnswer> Post(PagerDutyEvent body, CancellationToken cancellationToken) =>
        poster.Post(HttpDestinations.Json(body), cancellationToken);
}

internal sealed record PagerDutyOptions(string Name, DestinationTerms Terms, string RoutingKey, string Severity);
