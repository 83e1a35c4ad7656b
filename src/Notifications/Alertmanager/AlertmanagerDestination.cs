using IoTOrleans.Notifications.Http;

namespace IoTOrleans.Notifications.Alertmanager;

/// <summary>
/// One alert for each outage, posted again while it runs (<see cref="DestinationTerms.KeepAlive"/>): Alertmanager keeps alerts in
/// memory only and resolves those whose end has passed.
/// </summary>
/// <param name="labels">Added to every alert, for routing.</param>
internal sealed class AlertmanagerDestination(
    IReadOnlyDictionary<string, string> labels, HttpPoster poster, TimeProvider time) : IDestination
{
    public async Task<DeliveryAnswer> Send(OutgoingMessage message, CancellationToken cancellationToken)
    {
        if (message.IsAlsoStart)
        {
            // Everybody was back before anything could be told: of an alert that it never knew, Alertmanager would not tell the end.
            var answer = await Post(message, ends: false, cancellationToken);
            if (answer.Outcome != DeliveryOutcome.Accepted) return answer;
        }

        return await Post(message, message.IsEnd, cancellationToken);
    }

    private Task<DeliveryAnswer> Post(OutgoingMessage message, bool ends, CancellationToken cancellationToken) =>
        poster.Post(AlertmanagerAlert.Of(message, ends, labels, time.GetUtcNow()), cancellationToken);
}
