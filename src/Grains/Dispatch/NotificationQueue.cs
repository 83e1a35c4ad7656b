using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using IoTOrleans.Grains.Devices;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Presence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace IoTOrleans.Grains.Dispatch;

/// <summary>Sends on behalf of grains and brings the answers back. One lane per destination: one that hangs delays no other.</summary>
internal sealed partial class NotificationQueue : BackgroundService, IDestinationWatch
{
    internal const int WorkersPerDestination = 8;

    internal const int Capacity = 50_000;

    /// <summary>What waited longer than this between mark and send is asked about once more: it may be over, or another silo's by now.</summary>
    internal static readonly TimeSpan AskAgainAfter = DeviceGrain.Fresh;

    /// <summary>Destinations have time-outs of their own; this one catches whoever forgets.</summary>
    internal static readonly TimeSpan LongestSend = TimeSpan.FromMinutes(1);

    /// <summary>An answer that cannot be stored leads to a repeat a minute later, so it is worth these waits.</summary>
    private static readonly TimeSpan[] answerRetries = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15)];

    /// <summary>A request under way at the stop gets this long: whoever is cut off in the middle may be told twice.</summary>
    private static readonly TimeSpan drainFor = TimeSpan.FromSeconds(10);

    /// <summary>Answers that storage would not take, kept so that a minute later they are repeated to the grain and not to people.</summary>
    internal const int MostUnrecorded = 100_000;

    private readonly ConcurrentDictionary<(string Destination, string Key), DeliveryAnswer> _unrecorded = new();
    private readonly ConcurrentDictionary<string, DateTimeOffset> _refusing = new();
    private readonly QuietLog _quiet;
    private readonly IGrainFactory _grains;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Counter<long> _answers;
    private readonly Dictionary<string, Lane<Work>> _lanes;

    public NotificationQueue(
        IGrainFactory grains, IEnumerable<INotificationDestination> destinations,
        [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time, IMeterFactory meters, ILogger<NotificationQueue> logger)
    {
        _answers = meters.Create("IoTOrleans").CreateCounter<long>(
            "iot_orleans.notifications", description: "Attempts to tell a destination, by what it answered.");
        (_grains, _time, _logger, _quiet) = (grains, time, logger, new QuietLog(time));
        _lanes = destinations.ToDictionary(
            destination => destination.Name,
            destination =>
            {
                var gate = new SendGate(destination.Terms.RateLimit, time);
                return new Lane<Work>(
                    $"Destination {destination.Name}", WorkersPerDestination, Capacity, (work, token) => Send(destination, gate, work, token), logger);
            });
    }

    /// <summary>How many notifications wait or are under way.</summary>
    public int Pending => _lanes.Values.Sum(lane => lane.Count);

    public IReadOnlyDictionary<string, DateTimeOffset> Refusing => _refusing;

    /// <param name="markedAt">Monotonic time at which the state that owes this was last known to be stored.</param>
    public void Send(PresenceEffect.Send send, long markedAt)
    {
        var (destination, notification, keepAlive) = send;
        if (_lanes.TryGetValue(destination, out var lane)) lane.TryAdd(KeyOf(notification, keepAlive), new Work(notification, markedAt, keepAlive));
        else if (!keepAlive) _ = AnswerForNobody(destination, notification);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var lane in _lanes.Values) lane.Close();
        if (ExecuteTask is { } running)
        {
            using var patience = new CancellationTokenSource(drainFor, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
            await running.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await base.StopAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(_lanes.Values.Select(lane => lane.Run(stoppingToken)));

    /// <summary>
    /// A keep-alive and the end of its outage never wait or travel together: if the end were overtaken, what is over would be alive
    /// again. Whichever comes second is asked for again in a minute.
    /// </summary>
    private static string KeyOf(Notification notification, bool keepAlive) =>
        keepAlive ? (notification with { Event = NotificationEvent.DeviceRecovered }).Key : notification.Key;

    private async Task Send(INotificationDestination destination, SendGate gate, Work work, CancellationToken cancellationToken)
    {
        var (notification, asOf, keepAlive) = work;
        var grain = _grains.GetGrain<IDeviceAnswers>(notification.ThingName);
        var known = !keepAlive && _unrecorded.TryGetValue((destination.Name, notification.Key), out var answer) ? answer : null;
        for (var hadTurn = false; ; hadTurn = true)
        {
            if (_time.GetElapsedTime(asOf) > AskAgainAfter)
            {
                var asked = _time.GetTimestamp();
                var owed = await grain.StillOwed(notification.OutageId, notification.Event, notification.Sequence, destination.Name);
                if (owed is null) return;
                (notification, asOf) = (owed, asked);
            }

            if (known is not null || hadTurn) break;
            await gate.Turn(cancellationToken);
        }

        if (known is null)
        {
            known = await Try(destination, notification, cancellationToken);
            gate.Answered(known);
            Note(destination.Name, notification, known, keepAlive);
        }

        if (!keepAlive) await Answer(grain, destination.Name, notification, known, cancellationToken);
    }

    /// <summary>A destination that has gone from the settings refuses, as it were: for a day it may come back into them.</summary>
    private async Task AnswerForNobody(string destination, Notification notification)
    {
        var refused = DeliveryAnswer.Refused("it is not in the settings any more");
        Note(destination, notification, refused, keepAlive: false);
        try
        {
            await _grains.GetGrain<IDeviceAnswers>(notification.ThingName)
                .Answered(notification.OutageId, notification.Event, notification.Sequence, destination, refused);
        }
        catch (Exception exception)
        {
            LogNotAnswered(exception, notification.ThingName);
        }
    }

    private async Task<DeliveryAnswer> Try(INotificationDestination destination, Notification notification, CancellationToken cancellationToken)
    {
        using var tooLong = new CancellationTokenSource(LongestSend, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(tooLong.Token, cancellationToken);
        try
        {
            return await destination.Send(notification, either.Token);
        }
        catch (OperationCanceledException) when (tooLong.IsCancellationRequested)
        {
            return DeliveryAnswer.Failed($"no answer within {LongestSend.TotalSeconds:0} s");
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return DeliveryAnswer.Failed(exception.Message);
        }
    }

    private async Task Answer(
        IDeviceAnswers grain, string destination, Notification notification, DeliveryAnswer answer, CancellationToken cancellationToken)
    {
        var key = (destination, notification.Key);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await grain.Answered(notification.OutageId, notification.Event, notification.Sequence, destination, answer);
                _unrecorded.TryRemove(key, out _);
                return;
            }
            catch (Exception) when (attempt < answerRetries.Length)
            {
                if (answer.Outcome == DeliveryOutcome.Accepted && _unrecorded.Count < MostUnrecorded) _unrecorded[key] = answer;
                await Task.Delay(answerRetries[attempt], _time, cancellationToken);
            }
        }
    }

    private void Note(string destination, Notification notification, DeliveryAnswer answer, bool keepAlive)
    {
        _answers.Add(1, new("destination", destination), new("outcome", answer.Outcome.ToString().ToLowerInvariant()));
        var (name, thing, detail) = (notification.Event.Name(), notification.ThingName, answer.Detail ?? "ok");
        switch (answer.Outcome)
        {
            case DeliveryOutcome.Accepted:
                _refusing.TryRemove(destination, out _);
                if (!keepAlive) LogAccepted(destination, name, thing, notification.OutageId, detail);
                break;
            case DeliveryOutcome.Refused:
                if (_lanes.ContainsKey(destination)) _refusing.TryAdd(destination, _time.GetUtcNow());
                if (_quiet.Speak($"{destination} refuses", out var refused)) LogRefused(destination, name, thing, notification.OutageId, detail, refused);
                break;
            default:
                if (_quiet.Speak(destination, out var failed)) LogFailed(destination, name, thing, notification.OutageId, detail, failed);
                break;
        }
    }

    /// <param name="AsOf">Monotonic time at which it was last known to be owed.</param>
    private sealed record Work(Notification Notification, long AsOf, bool KeepAlive);

    [LoggerMessage(40, LogLevel.Information, "{Destination} accepted {Event} of {ThingName} (outage {OutageId}): {Detail}")]
    private partial void LogAccepted(string destination, string @event, string thingName, string outageId, string detail);

    [LoggerMessage(41, LogLevel.Warning, "{Destination} could not be told {Event} of {ThingName} (outage {OutageId}), tried again soon ({Kept} more since the last line of this kind): {Detail}")]
    private partial void LogFailed(string destination, string @event, string thingName, string outageId, string detail, int kept);

    [LoggerMessage(42, LogLevel.Error, "{Destination} refused {Event} of {ThingName} (outage {OutageId}), tried hourly for a day ({Kept} more since the last line of this kind): {Detail}")]
    private partial void LogRefused(string destination, string @event, string thingName, string outageId, string detail, int kept);

    [LoggerMessage(43, LogLevel.Warning, "{ThingName}: what a destination answered could not be stored; its next tick asks again.")]
    private partial void LogNotAnswered(Exception exception, string thingName);
}
