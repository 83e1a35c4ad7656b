using IoTOrleans.Grains.Ports;
using IoTOrleans.Silo.Notifications.Http;
using IoTOrleans.Silo.Notifications.Text;

namespace IoTOrleans.Silo.Notifications.PagerDuty;

/// <summary>Events API v2: one alert for each outage, opened and resolved under the outage's id.</summary>
internal sealed class PagerDutyDestination(PagerDutyOptions options, HttpPoster poster, NotificationText text) : INotificationDestination
{
    public string Name => options.Name;

    public DestinationTerms Terms => options.Terms;

    public async Task<DeliveryAnswer> Send(Notification notification, CancellationToken cancellationToken)
    {
        var answer = await Post(PagerDutyEvent.Of(notification, text, options), cancellationToken);

        // A test leaves no incident behind that somebody has to close.
        return notification.IsTest && answer.Outcome == DeliveryOutcome.Accepted
            ? await Post(PagerDutyEvent.Resolve(notification, options), cancellationToken)
            : answer;
    }

    private Task<DeliveryAnswer> Post(PagerDutyEvent body, CancellationToken cancellationToken) =>
        poster.Post(HttpDestinations.Json(body), cancellationToken);
}

internal sealed record PagerDutyOptions(string Name, DestinationTerms Terms, string RoutingKey, string Severity);
