using IoTOrleans.Grains.Dispatch;
using IoTOrleans.Grains.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace IoTOrleans.Grains.Watching;

/// <summary>Tells destinations that we are blind, or not any more, and brings their answers back. What gets lost is asked for again in seconds.</summary>
internal sealed partial class WatcherQueue : BackgroundService
{
    private readonly IGrainFactory _grains;
    private readonly DestinationWatch _watch;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Dictionary<string, Lane<Notification>> _lanes;

    public WatcherQueue(
        IGrainFactory grains, IEnumerable<INotificationDestination> destinations, DestinationWatch watch,
        [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time, ILogger<WatcherQueue> logger)
    {
        (_grains, _watch, _time, _logger) = (grains, watch, time, logger);
        _lanes = destinations.ToDictionary(
            destination => destination.Name,
            destination => new Lane<Notification>($"Watcher for {destination.Name}", 1, 2, (notification, token) => Send(destination, notification, token), logger));
    }

    public int Pending => _lanes.Values.Sum(lane => lane.Count);

    public void Send(string destination, Notification notification)
    {
        if (_lanes.TryGetValue(destination, out var lane)) lane.TryAdd(notification.Key, notification);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var lane in _lanes.Values) lane.Close();
        await Draining.Wait(ExecuteTask, _time, cancellationToken);
        await base.StopAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(_lanes.Values.Select(lane => lane.Run(stoppingToken)));

    private async Task Send(INotificationDestination destination, Notification notification, CancellationToken cancellationToken)
    {
        // While the destination does not answer it is asked for again in seconds, like whatever gets lost.
        var room = _watch.RoomOf(destination.Name);
        if (!await room.Turn(null, cancellationToken)) return;
        var answer = await room.Try(null, token => destination.Send(notification, token), cancellationToken);
        if (answer.Outcome == DeliveryOutcome.Accepted) LogAccepted(destination.Name, notification.Key, answer.Detail ?? "ok");
        else LogNotTaken(destination.Name, notification.Key, answer.Detail);
        await _grains.GetGrain<IWatcherGrain>(0).Answered(notification.OutageId, notification.Event, destination.Name, answer);
    }

    [LoggerMessage(83, LogLevel.Information, "{Destination} accepted {Key}: {Detail}")]
    private partial void LogAccepted(string destination, string key, string detail);

    [LoggerMessage(84, LogLevel.Warning, "{Destination} did not take {Key}, tried again: {Detail}")]
    private partial void LogNotTaken(string destination, string key, string? detail);
}
