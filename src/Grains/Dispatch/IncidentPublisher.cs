using IoTOrleans.Grains.Incidents;

namespace IoTOrleans.Grains.Dispatch;

/// <summary>What a dispatcher publishes about an incident. A number that is missing must not keep the news back.</summary>
internal sealed partial class IncidentPublisher
{
    private readonly IGrainFactory _grains;
    private readonly DestinationSender _sender;
    private readonly IFleetCount _fleet;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Func<string, Task> _tryAgain;

    public IncidentPublisher(
        IGrainFactory grains, DestinationSender sender, IFleetCount fleet, [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time,
        ILogger<IncidentPublisher> logger)
    {
        (_grains, _sender, _fleet, _time, _logger) = (grains, sender, fleet, time, logger);
        _tryAgain = destination => grains.GetGrain<IDispatcherGrain>(destination).TryAgain();
    }

    public void Publish(string destination, FleetNotification notification, TimeSpan wait) =>
        _sender.Send(destination, Traffic.Incidents, new Publication(this, destination, notification, wait, _time.GetTimestamp()));

    private async Task<int?> CountThings(CancellationToken cancellationToken)
    {
        try
        {
            return await _fleet.Count(cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogNotCounted(exception);
            return null;
        }
    }

    private sealed class Publication(
        IncidentPublisher all, string destination, FleetNotification notification, TimeSpan wait, long since) : IOutgoing
    {
        public string Key => notification.Key;

        public string AnswerKey => notification.Key;

        public Waiter? Waiter => new(all._tryAgain, destination);

        public ValueTask<Admission> Admit(INotificationDestination to, RetryQueue retries, CancellationToken cancellationToken) =>
            new(Admission.Go(wait - all._time.GetElapsedTime(since)));

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

        public Task Record(string to, DeliveryAnswer answer) =>
            all._grains.GetGrain<IDispatcherGrain>(to).Published(notification.IncidentId, notification.Number, answer);
    }

    [LoggerMessage(LogLevel.Information, "{Destination} accepted {Event} of incident {IncidentId}, number {Number} "
        + "({Count} things, {Back} back): {Detail}")]
    private partial void LogAccepted(string destination, string @event, string incidentId, int number, int count, int back, string detail);

    [LoggerMessage(LogLevel.Warning, "{Destination} could not be told {Event} of incident {IncidentId} "
        + "({Count} things), tried again soon: {Detail}")]
    private partial void LogFailed(string destination, string @event, string incidentId, int count, string detail);

    [LoggerMessage(LogLevel.Error, "{Destination} refused {Event} of incident {IncidentId} ({Count} "
        + "things), tried hourly for a day: {Detail}")]
    private partial void LogRefused(string destination, string @event, string incidentId, int count, string detail);

    [LoggerMessage(LogLevel.Warning, "The things could not be counted; an incident is told without their number")]
    private partial void LogNotCounted(Exception exception);
}
