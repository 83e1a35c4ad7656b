using IoTOrleans.Grains.Ports;
using IoTOrleans.Silo.Notifications.Http;
using IoTOrleans.Silo.Notifications.Text;

namespace IoTOrleans.Silo.Notifications.Slack;

/// <summary>An incoming webhook of Slack, or of whatever speaks like it: Discord (its address with <c>/slack</c> at the end), Mattermost.</summary>
internal sealed class SlackDestination(string name, DestinationTerms terms, HttpPoster poster, NotificationText text) : INotificationDestination
{
    public string Name => name;

    public DestinationTerms Terms => terms;

    public Task<DeliveryAnswer> Send(Notification notification, CancellationToken cancellationToken) =>
        Post(text.Subject(notification), text.Body(notification), cancellationToken);

    public Task<DeliveryAnswer> Send(FleetNotification notification, CancellationToken cancellationToken) =>
        Post(text.Subject(notification), text.Body(notification), cancellationToken);

    public Task<DeliveryAnswer> Send(FleetSummary summary, CancellationToken cancellationToken) =>
        Post(text.Subject(summary), text.Body(summary), cancellationToken);

    private Task<DeliveryAnswer> Post(string subject, string body, CancellationToken cancellationToken) =>
        poster.Post(HttpDestinations.Json(new Message(Mrkdwn.Of(subject, body))), cancellationToken);

    private sealed record Message(string Text);
}
