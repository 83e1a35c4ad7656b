using IoTOrleans.Notifications.Http;
using IoTOrleans.Notifications.Text;
using Microsoft.Extensions.Options;

namespace IoTOrleans.Notifications;

internal sealed class RenderedDestination : INotificationDestination
{
    private readonly NotificationText _text;
    private readonly IDestination _destination;
    private readonly SecretMask? _secrets;

    /// <param name="secrets">Null: it has none.</param>
    /// <param name="rates">Null: its rate does not change.</param>
    public RenderedDestination(
        string name, DestinationTerms terms, NotificationText text, IDestination destination, SecretMask? secrets = null,
        IOptionsMonitor<DestinationRates>? rates = null)
    {
        (Name, Terms, _text, _destination, _secrets) = (name, terms, text, destination, secrets);
        rates?.OnChange(changed =>
        {
            if (changed.ByName.TryGetValue(name, out var rate) && rate != Terms.RateLimit) Terms = terms with { RateLimit = rate };
        });
    }

    public string Name { get; }

    public DestinationTerms Terms { get; private set; }

    public Task<DeliveryAnswer> Send(Notification notification, CancellationToken cancellationToken) =>
        Send(_text.Render(notification), cancellationToken);

    public Task<DeliveryAnswer> Send(FleetNotification notification, CancellationToken cancellationToken) =>
        Send(_text.Render(notification), cancellationToken);

    /// <summary>A list is not an alert: it has no end that would close one.</summary>
    public Task<DeliveryAnswer> Send(FleetSummary summary, CancellationToken cancellationToken) => Terms.AlertPerOutage
        ? Task.FromResult(DeliveryAnswer.Refused("it takes no summaries"))
        : Send(_text.Render(summary), cancellationToken);

    private async Task<DeliveryAnswer> Send(OutgoingMessage message, CancellationToken cancellationToken)
    {
        var answer = await _destination.Send(message, cancellationToken);
        return answer.Detail is { } detail && _secrets is not null ? answer with { Detail = _secrets.Hide(detail) } : answer;
    }
}

internal interface IDestination
{
    /// <summary>Sends once, within its own time limit. Only the caller's cancellation is thrown.</summary>
    Task<DeliveryAnswer> Send(OutgoingMessage message, CancellationToken cancellationToken);
}
