using System.Collections.Concurrent;
using IoTOrleans.Grains.Devices;
using IoTOrleans.Grains.Incidents;
using IoTOrleans.Grains.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace IoTOrleans.Grains.Dispatch;

/// <summary>Publishes on behalf of dispatchers, tells an incident's members what became of it, and deletes their pages. One lane per destination.</summary>
internal sealed partial class FleetQueue : BackgroundService
{
    private const int Capacity = 1000;

    /// <summary>Each is one write of a thing's state.</summary>
    private const int ToldAtOnce = 64;

    /// <summary>What was accepted and could not be recorded: repeated to the dispatcher, and not to people.</summary>
    private readonly ConcurrentDictionary<(string Destination, string Key), DeliveryAnswer> _unrecorded = new();
    private readonly IGrainFactory _grains;
    private readonly IFleetCount _fleet;
    private readonly DestinationWatch _watch;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Dictionary<string, Lane<Publication>> _publications;
    private readonly Dictionary<string, Lane<IncidentEffect.Tell>> _members;
    private readonly Func<string, Task> _tryAgain;
    private readonly MemberPages _pages;
    private readonly Lane<(string Destination, string Id)> _deletions;

    public FleetQueue(
        IGrainFactory grains, IEnumerable<INotificationDestination> destinations, IFleetCount fleet, DestinationWatch watch, MemberPages pages,
        [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time, ILogger<FleetQueue> logger)
    {
        (_grains, _fleet, _watch, _pages, _time, _logger) = (grains, fleet, watch, pages, time, logger);
        _tryAgain = destination => _grains.GetGrain<IDispatcherGrain>(destination).TryAgain();
        var all = destinations.ToList();
        _publications = all.ToDictionary(d => d.Name, d => new Lane<Publication>($"Incidents of {d.Name}", 1, Capacity, (work, token) => Publish(d, work, token), logger));
        _members = all.ToDictionary(d => d.Name, d => new Lane<IncidentEffect.Tell>($"Members for {d.Name}", 1, Capacity, (work, token) => Tell(d.Name, work, token), logger));
        _deletions = new("Pages of members", 1, Capacity, (work, _) => DeletePages(work), logger);
    }

    /// <summary>How much waits or is under way.</summary>
    public int Pending => _publications.Values.Sum(lane => lane.Count) + _members.Values.Sum(lane => lane.Count) + _deletions.Count;

    public void Publish(string destination, FleetNotification notification, TimeSpan wait)
    {
        if (_publications.TryGetValue(destination, out var lane)) lane.TryAdd(notification.Key, new(notification, wait, _time.GetTimestamp()));
    }

    public void Tell(string destination, IncidentEffect.Tell tell)
    {
        if (_members.TryGetValue(destination, out var lane)) lane.TryAdd($"{tell.IncidentId}.{tell.Number}", tell);
    }

    public void DeletePages(string destination, string id) => _deletions.TryAdd(id, (destination, id));

    /// <summary>A publication under way is brought to its end: one that is cut off in the middle may be told twice.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var lane in _publications.Values) lane.Close();
        foreach (var lane in _members.Values) lane.Close();
        _deletions.Close();
        await Draining.Wait(ExecuteTask, _time, cancellationToken);
        await base.StopAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll([
            _deletions.Run(stoppingToken), .. _publications.Values.Select(lane => lane.Run(stoppingToken)),
            .. _members.Values.Select(lane => lane.Run(stoppingToken)),
        ]);

    private async Task Publish(INotificationDestination destination, Publication publication, CancellationToken cancellationToken)
    {
        var (notification, wait, since) = publication;
        var key = (destination.Name, notification.Key);
        if (!_unrecorded.TryGetValue(key, out var answer))
        {
            wait -= _time.GetElapsedTime(since);
            if (wait > TimeSpan.Zero) await Task.Delay(wait, _time, cancellationToken);
            var (room, who) = (_watch.RoomOf(destination.Name), new Waiter(_tryAgain, destination.Name));
            if (await room.Turn(who, cancellationToken))
            {
                var total = await CountThings(cancellationToken);
                answer = await room.Try(who, token => destination.Send(notification with { Total = total }, token), cancellationToken);
                Log(destination.Name, notification, answer);
            }

            answer ??= room.NotNow;
        }

        await Answers.Record(
            () => _grains.GetGrain<IDispatcherGrain>(destination.Name).Published(notification.IncidentId, notification.Number, answer),
            keep: () =>
            {
                if (answer.Outcome == DeliveryOutcome.Accepted) _unrecorded[key] = answer;
            },
            _time, cancellationToken);
        _unrecorded.TryRemove(key, out _);
    }

    /// <summary>A number that is missing must not keep the news back.</summary>
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

    private async Task Tell(string destination, IncidentEffect.Tell tell, CancellationToken cancellationToken)
    {
        var answer = Admission.Told(tell.IncidentId).Answer!;
        var missed = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = ToldAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(tell.Members, options, async (member, _) =>
        {
            try
            {
                await _grains.GetGrain<IDeviceAnswers>(member.ThingName).Answered(member.OutageId, member.Event, member.Sequence, destination, answer);
            }
            catch (Exception)
            {
                // It asks again within a minute, and is told then.
                Interlocked.Increment(ref missed);
            }
        });
        if (missed > 0) LogNotRecorded(destination, missed, tell.IncidentId);
    }

    /// <summary>What fails is left to the dispatcher's next activation.</summary>
    private async Task DeletePages((string Destination, string Id) work)
    {
        await _pages.Delete(work.Id);
        await _grains.GetGrain<IDispatcherGrain>(work.Destination).PagesDeleted(work.Id);
    }

    private void Log(string destination, FleetNotification notification, DeliveryAnswer answer)
    {
        var (name, id, count, detail) = (notification.Event.Name(), notification.IncidentId, notification.Count, answer.Detail ?? "ok");
        if (answer.Outcome == DeliveryOutcome.Accepted) LogAccepted(destination, name, id, notification.Number, count, notification.Back, detail);
        else if (answer.Outcome == DeliveryOutcome.Refused) LogRefused(destination, name, id, count, detail);
        else LogFailed(destination, name, id, count, detail);
    }

    private sealed record Publication(FleetNotification Notification, TimeSpan Wait, long Since);

    [LoggerMessage(62, LogLevel.Information, "{Destination} accepted {Event} of incident {IncidentId}, number {Number} ({Count} things, {Back} back): {Detail}")]
    private partial void LogAccepted(string destination, string @event, string incidentId, int number, int count, int back, string detail);

    [LoggerMessage(63, LogLevel.Warning, "{Destination} could not be told {Event} of incident {IncidentId} ({Count} things), tried again soon: {Detail}")]
    private partial void LogFailed(string destination, string @event, string incidentId, int count, string detail);

    [LoggerMessage(64, LogLevel.Error, "{Destination} refused {Event} of incident {IncidentId} ({Count} things), tried hourly for a day: {Detail}")]
    private partial void LogRefused(string destination, string @event, string incidentId, int count, string detail);

    [LoggerMessage(65, LogLevel.Warning, "{Destination}: {Missed} members of incident {IncidentId} could not store that they were told; they ask again within a minute")]
    private partial void LogNotRecorded(string destination, int missed, string incidentId);

    [LoggerMessage(66, LogLevel.Warning, "The things could not be counted; an incident is told without their number")]
    private partial void LogNotCounted(Exception exception);
}
