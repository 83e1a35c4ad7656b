using IoTOrleans.Notifications.Http;
using IoTOrleans.Notifications.Text;

namespace IoTOrleans.Notifications;

/// <param name="secrets">Null: it has none.</param>
internal sealed class RenderedDestination(
    string name, DestinationTerms terms, NotificationText text, IDestination destination, SecretMask? secrets = null)
    : INotificationDestination
{
    public string Name => name;

    public DestinationTerms Terms => terms;

    public Task<DeliveryAnswer> Send(Notification notification, CancellationToken cancellationToken) =>
        Send(text.Render(notification), cancellationToken);

    public Task<DeliveryAnswer> Send(FleetNotification notification, CancellationToken cancellationToken) =>
        Send(text.Render(notification), cancellationToken);

    /// <summary>A list is not an alert: it has no end that would close one.</summary>
    public Task<DeliveryAnswer> Send(FleetSummary summary, CancellationToken cancellationToken) => terms.AlertPerOutage
        ? Task.FromResult(DeliveryAnswer.Refused("it takes no summaries"))
        : Send(text.Render(summary), cancellationToken);

    private async Task<DeliveryAnswer> Send(OutgoingMessage message, CancellationToken cancellationToken)
    {
        var answer = await destination.Send(message, cancellationToken);
        return answer.Detail is { } detail && secrets is not null ? answer with { Detail = secrets.Hide(detail) } : answer;
    }
}

internal interface IDestination
{
    /// <summary>Sends once, within its own time limit. Only the caller's cancellation is thrown.</summary>
    Task<DeliveryAnswer> Send(OutgoingMessage message, CancellationToken cancellationToken);
}
