using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using IoTOrleans.Grains.Devices;
using IoTOrleans.Grains.Incidents;
using IoTOrleans.Grains.Logging;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Presence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace IoTOrleans.Grains.Dispatch;

/// <summary>Sends on behalf of grains and brings the answers back. One lane per destination: one that hangs delays no other.</summary>
internal sealed partial class NotificationQueue : BackgroundService
{
    internal const int SentAtOnce = 8;

    /// <summary>Whoever asks whether it may be sent waits for one call that asks for all of them.</summary>
    internal const int AskingAtOnce = AdmissionDesk.MostAtOnce;

    internal const int Capacity = 50_000;

    /// <summary>
    /// Of those that waited for a destination no more are woken than it takes in a while: the others need not keep their notifications here.
    /// </summary>
    private const int WokenAhead = 500;

    /// <summary>
    /// For a question that is enough: what was marked as told is owed, whatever has happened since. After a deadline that thousands share, each read
    /// waits behind thousands of others; longer than this, and another silo may have told of it and forgotten that.
    /// </summary>
    internal static readonly TimeSpan LookFirstAfter = TimeSpan.FromMinutes(5);

    /// <summary>Answers that storage would not take, kept so that a minute later they are repeated to the grain and not to people.</summary>
    internal const int MostUnrecorded = 100_000;

    private readonly ConcurrentDictionary<(string Destination, string Key), DeliveryAnswer> _unrecorded = new();
    private readonly LogLimiter _quiet;
    private readonly DroppedWords _dropped;
    private readonly IGrainFactory _grains;
    private readonly AdmissionDesk _desk;
    private readonly DestinationWatch _watch;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Dictionary<string, Lane<Work>> _lanes;
    private readonly Dictionary<string, Func<string, Task>> _tryAgain;
    private readonly IThingsNotWell? _things;
    private readonly Dictionary<string, SemaphoreSlim> _senders;

    public NotificationQueue(
        IGrainFactory grains, IEnumerable<INotificationDestination> destinations, AdmissionDesk desk, DestinationWatch watch,
        [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time, ILogger<NotificationQueue> logger,
        IThingsNotWell? things = null)
    {
        (_grains, _desk, _watch, _time, _logger, _quiet, _things) = (grains, desk, watch, time, logger, new LogLimiter(time), things);
        _dropped = new DroppedWords(time, logger);
        var all = destinations.ToList();
        _senders = all.ToDictionary(destination => destination.Name, _ => new SemaphoreSlim(SentAtOnce));
        _lanes = all.ToDictionary(destination => destination.Name, destination => new Lane<Work>(
            $"Destination {destination.Name}", destination.Terms.Collapse ? AskingAtOnce : SentAtOnce, Capacity, (work, token) => Send(destination, work, token), logger));
        _tryAgain = _lanes.Keys.ToDictionary<string, string, Func<string, Task>>(
            destination => destination, destination => thing => _grains.GetGrain<IDeviceAnswers>(thing).TryAgain(destination));
    }

    /// <summary>How many notifications wait or are under way.</summary>
    public int Pending => _lanes.Values.Sum(lane => lane.Count);

    /// <param name="markedAt">Monotonic time at which the state that owes this was last known to be stored.</param>
    public void Send(PresenceEffect.Send send, long markedAt)
    {
        var (destination, notification, keepAlive) = send;
        if (_lanes.TryGetValue(destination, out var lane)) lane.TryAdd(notification.OutageId, new Work(notification, markedAt, keepAlive), Follows);
        else if (!keepAlive) _ = AnswerForNobody(destination, notification);
    }

    /// <summary>What was owed to a destination that is not in the settings any more has been dropped.</summary>
    public void Dropped(string destination) => _dropped.Add(destination);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var (destination, lane) in _lanes)
        {
            _watch.RoomOf(destination).Close();
            lane.Close();
        }

        await Draining.Wait(ExecuteTask, _time, cancellationToken);
        _dropped.Say();
        await base.StopAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(_lanes.Select(pair => Task.WhenAll(
        pair.Value.Run(stoppingToken),
        _watch.RoomOf(pair.Key).Run(() => pair.Value.Count >= WokenAhead, token => Others(pair.Key, token), stoppingToken))));

    /// <summary>Things that wait for the destination and are not known to do so here.</summary>
    private async IAsyncEnumerable<Waiter> Others(string destination, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (_things is null) yield break;
        await foreach (var thing in _things.Walk(cancellationToken))
        {
            if (TellingRules.WaitsFor(thing.State, destination)) yield return new(_tryAgain[destination], thing.ThingName);
        }
    }

    /// <summary>Outages and returns may join an incident, which is one attempt for all of them.</summary>
    private static bool MayJoin(INotificationDestination destination, Notification notification) => destination.Terms.Collapse
        && (notification.IncidentId is not null || notification.Event is NotificationEvent.DeviceOffline or NotificationEvent.DeviceRecovered);

    /// <summary>
    /// Two words about one outage never travel together: if its end overtook what was said before, what is over would be alive again. The end waits for
    /// the word before it. Any other second word is refused, and its grain asks again in a minute.
    /// </summary>
    private static bool Follows(Work before, Work next) => IsEnd(next) && !IsEnd(before);

    private static bool IsEnd(Work work) => !work.KeepAlive && work.Notification.Event.IsEnd();

    private async Task Send(INotificationDestination destination, Work work, CancellationToken cancellationToken)
    {
        var (notification, asOf, keepAlive) = work;
        var grain = _grains.GetGrain<IDeviceAnswers>(notification.ThingName);
        var room = _watch.RoomOf(destination.Name);
        Waiter? who = keepAlive ? null : new(_tryAgain[destination.Name], notification.ThingName);
        var answer = keepAlive ? null : _unrecorded.GetValueOrDefault((destination.Name, notification.Key));
        if (answer is null && !keepAlive && (!room.IsClosed || MayJoin(destination, notification)))
        {
            // Asked before there is a turn at the gate: whoever joins an incident needs none. And before the state is read again: most who wait
            // for their incident are known there.
            var admission = await _desk.Ask(destination, notification, stale: _time.GetElapsedTime(asOf) > LookFirstAfter);
            if (admission.Kind == AdmissionKind.LookFirst)
            {
                if (await LookAgain(sending: false) is null) return;
                admission = await _desk.Ask(destination, notification, stale: false);
            }

            if (admission.Kind == AdmissionKind.Later) return;
            answer = admission.Answer;
            if (answer is null && admission.Wait > TimeSpan.Zero) await Task.Delay(admission.Wait, _time, cancellationToken);
        }

        if (answer is null)
        {
            await _senders[destination.Name].WaitAsync(cancellationToken);
            try
            {
                if (!await room.Turn(who, cancellationToken))
                {
                    answer = room.NotNow;
                }
                else
                {
                    // The outage may be over, or another silo may have the thing. The call also keeps the thing in memory until the destination answers.
                    if (await LookAgain(sending: !keepAlive) is null) return;
                    answer = await room.Try(who, token => destination.Send(notification, token), cancellationToken);
                    Log(destination.Name, notification, answer, keepAlive);
                }
            }
            finally
            {
                _senders[destination.Name].Release();
            }
        }

        if (!keepAlive) await Answer(grain, destination.Name, notification, answer, cancellationToken);

        async Task<Notification?> LookAgain(bool sending)
        {
            var owed = await grain.StillOwed(notification.OutageId, notification.Event, notification.Sequence, destination.Name, sending);

            // A repeat says what was found out just before it; the state knows what was found out first.
            if (owed is { Event: NotificationEvent.DeviceStillOffline }) owed = owed with { Verification = notification.Verification };
            if (owed is not null) notification = owed;
            return owed;
        }
    }

    /// <summary>A destination that is not in the settings counts as one that refuses. For up to an hour somebody may put it back.</summary>
    private async Task AnswerForNobody(string destination, Notification notification)
    {
        _dropped.Expect(destination);
        try
        {
            await _grains.GetGrain<IDeviceAnswers>(notification.ThingName)
                .Answered(notification.OutageId, notification.Event, notification.Sequence, destination, DeliveryAnswer.Removed);
        }
        catch (Exception exception)
        {
            LogNotAnswered(exception, notification.ThingName);
        }
    }

    private async Task Answer(
        IDeviceAnswers grain, string destination, Notification notification, DeliveryAnswer answer, CancellationToken cancellationToken)
    {
        var key = (destination, notification.Key);
        await Answers.Record(
            () => grain.Answered(notification.OutageId, notification.Event, notification.Sequence, destination, answer),
            keep: () =>
            {
                if (answer.Outcome == DeliveryOutcome.Accepted && _unrecorded.Count < MostUnrecorded) _unrecorded[key] = answer;
            },
            _time, cancellationToken);
        _unrecorded.TryRemove(key, out _);
    }

    private void Log(string destination, Notification notification, DeliveryAnswer answer, bool keepAlive)
    {
        var (name, thing, detail) = (notification.Event.Name(), notification.ThingName, answer.Detail ?? "ok");
        switch (answer.Outcome)
        {
            case DeliveryOutcome.Accepted:
                if (!keepAlive) LogAccepted(destination, name, thing, notification.OutageId, detail);
                break;
            case DeliveryOutcome.Refused:
                if (_quiet.ShouldLog(out var refused, $"{destination} refuses")) LogRefused(destination, name, thing, notification.OutageId, detail, refused);
                break;
            default:
                if (_quiet.ShouldLog(out var failed, destination)) LogFailed(destination, name, thing, notification.OutageId, detail, failed);
                break;
        }
    }

    /// <param name="AsOf">Monotonic time at which it was last known to be owed.</param>
    private sealed record Work(Notification Notification, long AsOf, bool KeepAlive);

    [LoggerMessage(40, LogLevel.Information, "{Destination} accepted {Event} of {ThingName} (outage {OutageId}): {Detail}")]
    private partial void LogAccepted(string destination, string @event, string thingName, string outageId, string detail);

    [LoggerMessage(41, LogLevel.Warning, "{Destination} could not be told {Event} of {ThingName} (outage {OutageId}), tried again soon{More}: {Detail}")]
    private partial void LogFailed(string destination, string @event, string thingName, string outageId, string detail, string more);

    [LoggerMessage(42, LogLevel.Error, "{Destination} refused {Event} of {ThingName} (outage {OutageId}), tried hourly for a day{More}: {Detail}")]
    private partial void LogRefused(string destination, string @event, string thingName, string outageId, string detail, string more);

    [LoggerMessage(43, LogLevel.Warning, "{ThingName}: what a destination answered could not be stored; its next tick asks again.")]
    private partial void LogNotAnswered(Exception exception, string thingName);
}
