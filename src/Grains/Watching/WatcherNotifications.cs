using IoTOrleans.Grains.Dispatch;

namespace IoTOrleans.Grains.Watching;

/// <summary>Sends <c>watcher.blind</c> and <c>watcher.ok</c>. The watcher asks again in seconds for what gets lost.</summary>
internal sealed partial class WatcherNotifications(IGrainFactory grains, DestinationSender sender, ILogger<WatcherNotifications> logger)
{
    public void Send(string destination, Notification notification) =>
        sender.Send(destination, Traffic.Watcher, new Owed(this, grains.GetGrain<IWatcherGrain>(0), notification));

    private sealed class Owed(WatcherNotifications all, IWatcherGrain watcher, Notification notification) : IOutgoing
    {
        public string Key => notification.Key;

        public string Event => notification.Event.Name();

        public string AnswerKey => notification.Key;

        public Task<DeliveryAnswer> Send(INotificationDestination to, CancellationToken cancellationToken) =>
            to.Send(notification, cancellationToken);

        public void Log(string to, DeliveryAnswer answer)
        {
            if (answer.Outcome == DeliveryOutcome.Accepted) all.LogAccepted(to, notification.Key, answer.Detail ?? "ok");
            else all.LogNotTaken(to, notification.Key, answer.Detail);
        }

        public Task Record(string to, DeliveryAnswer answer) =>
            watcher.Answered(notification.OutageId, notification.Event, to, answer);
    }

    [LoggerMessage(LogLevel.Information, "{Destination} accepted {Key}: {Detail}")]
    private partial void LogAccepted(string destination, string key, string detail);

    [LoggerMessage(LogLevel.Warning, "{Destination} did not take {Key}. It is sent again: {Detail}")]
    private partial void LogNotTaken(string destination, string key, string? detail);
}
