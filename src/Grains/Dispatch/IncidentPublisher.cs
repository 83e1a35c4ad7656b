using IoTOrleans.Grains.Incidents;

namespace IoTOrleans.Grains.Dispatch;

internal sealed partial class IncidentPublisher(
    IGrainFactory grains, DestinationSender sender, IFleetCount fleet, [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time,
    ILogger<IncidentPublisher> logger)
{
    private readonly Func<string, Task> _tryAgain = destination => grains.GetGrain<IDispatcherGrain>(destination).TryAgain();
    private readonly Func<string, Task<bool>> _owes = destination => grains.GetGrain<IDispatcherGrain>(destination).Owes();

    public void Publish(string destination, FleetNotification notification, TimeSpan wait) =>
        sender.Send(destination, Traffic.Incidents, new Publication(this, destination, notification, wait, time.GetTimestamp()));

    private async ValueTask<int?> CountThings(CancellationToken cancellationToken) =>
        (await fleet.Count(mark: 0, cancellationToken))?.Total;

    private TimeSpan ElapsedSince(long timestamp) => time.GetElapsedTime(timestamp);

    private Task Answer(string destination, FleetNotification notification, DeliveryAnswer answer) =>
        grains.GetGrain<IDispatcherGrain>(destination).Published(notification.IncidentId, notification.Number, answer);

    private sealed class Publication(
        IncidentPublisher all, string destination, FleetNotification notification, TimeSpan wait, long since) : IOutgoing
    {
        public string Key => notification.Key;

        public string Event => notification.Event.Name();

        public string AnswerKey => notification.Key;

        public Waiter? Waiter => new(all._tryAgain, all._owes, destination);

        public ValueTask<Admission> Admit(INotificationDestination to, RetryQueue retries, CancellationToken cancellationToken) =>
            new(Admission.Go(wait - all.ElapsedSince(since)));

        public async Task<DeliveryAnswer> Send(INotificationDestination to, CancellationToken cancellationToken) =>
            await to.Send(notification with { Total = await all.CountThings(cancellationToken) }, cancellationToken);

        public void Log(string to, DeliveryAnswer answer)
        {
            var (name, id, count, detail) = (notification.Event.Name(), notification.IncidentId, notification.Count, answer.Detail ?? "ok");
            if (answer.Outcome == DeliveryOutcome.Accepted)
                all.LogAccepted(to, name, id, notification.Number, count, notification.Back, detail);
            else if (answer.Outcome == DeliveryOutcome.Refused) all.LogRefused(to, name, id, count, detail);
            else all.LogFailed(to, name, id, count, detail);
        }

        public Task Record(string to, DeliveryAnswer answer) => all.Answer(to, notification, answer);
    }

    [LoggerMessage(LogLevel.Information, "{Destination} accepted {Event} of incident {IncidentId}, number {Number} "
        + "({Count} things, {Back} back): {Detail}")]
    private partial void LogAccepted(string destination, string @event, string incidentId, int number, int count, int back, string detail);

    [LoggerMessage(LogLevel.Warning, "{Destination} did not take {Event} of incident {IncidentId} ({Count} things). "
        + "It is sent again soon: {Detail}")]
    private partial void LogFailed(string destination, string @event, string incidentId, int count, string detail);

    [LoggerMessage(LogLevel.Error, "{Destination} refused {Event} of incident {IncidentId} ({Count} things). "
        + "It is tried hourly for a day: {Detail}")]
    private partial void LogRefused(string destination, string @event, string incidentId, int count, string detail);
}
