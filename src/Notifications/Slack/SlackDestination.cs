using IoTOrleans.Notifications.Http;

namespace IoTOrleans.Notifications.Slack;

/// <summary>
/// An incoming webhook of Slack, or of whatever speaks like it: Discord (its address with <c>/slack</c> at the end), Mattermost.
/// </summary>
internal sealed class SlackDestination(HttpPoster poster) : IDestination
{
    public Task<DeliveryAnswer> Send(OutgoingMessage message, CancellationToken cancellationToken) =>
        poster.Post(new { Text = Mrkdwn.Of(message.Subject, message.Text) }, cancellationToken);
}
