using System.Diagnostics;
using IoTOrleans.Grains.Incidents;

namespace IoTOrleans.Grains.Dispatch;

/// <summary>Sent side by side, so that a thousand things do not delay an incident, nor a long daily list <c>watcher.blind</c>.</summary>
internal enum Traffic
{
    Things,
    Incidents,
    Summaries,
    Watcher,
}

/// <summary>Sends for grains and brings the answers back. Each destination has its own lanes: one that hangs delays no other.</summary>
internal sealed class DestinationSender : LaneService
{
    internal const int SentAtOnce = 8;

    internal const int Capacity = 50_000;

    /// <summary>All that ask the dispatcher at once share one call.</summary>
    private const int AskingAtOnce = DispatcherClient.MostAtOnce;

    /// <summary>No more waiters are woken than the destination takes in a while, so that notifications do not pile up here.</summary>
    private const int WokenAhead = 500;

    /// <summary>Answers that storage did not take. They are repeated to the grain a minute later instead of sending again.</summary>
    private const int MostUnrecorded = 100_000;

    /// <summary>An answer that is not recorded leads to a second notification a minute later, so it is worth these waits.</summary>
    private static readonly TimeSpan[] RecordAgainAfter = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15)];

    private readonly ConcurrentDictionary<(string Destination, string Key), DeliveryAnswer> _unrecorded = new();
    private readonly Dictionary<(string Destination, Traffic Traffic), Lane<(IOutgoing What, ActivityContext Trace)>> _lanes = [];
    private readonly DestinationHealth _health;
    private readonly WaitingThings _waiting;
    private readonly GrainMetrics _metrics;
    private readonly TimeProvider _time;

    public DestinationSender(
        IEnumerable<INotificationDestination> destinations, DestinationHealth health, WaitingThings waiting, GrainMetrics metrics,
        [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time, ILogger<DestinationSender> logger)
        : base(time)
    {
        (_health, _waiting, _metrics, _time) = (health, waiting, metrics, time);
        foreach (var destination in destinations)
        {
            Add(Traffic.Things, $"Destination {destination.Name}", destination.Terms.Collapse ? AskingAtOnce : SentAtOnce, Capacity);
            Add(Traffic.Incidents, $"Incidents of {destination.Name}", 1, 1000);
            Add(Traffic.Summaries, $"Summary for {destination.Name}", 1, 1);
            Add(Traffic.Watcher, $"Watcher for {destination.Name}", 1, 2);

            void Add(Traffic traffic, string name, int workers, int capacity)
            {
                var sent = new SemaphoreSlim(SentAtOnce);
                _lanes[(destination.Name, traffic)] = new(
                    name, workers, capacity, (one, token) => Deliver(destination, one.What, one.Trace, sent, token), logger);
            }
        }
    }

    /// <returns>False: there is no such destination in the settings.</returns>
    public bool Send(string destination, Traffic traffic, IOutgoing what)
    {
        if (!_lanes.TryGetValue((destination, traffic), out var lane)) return false;
        lane.TryAdd(what.Key, (what, Traces.Here), (before, next) => next.What.Follows(before.What));
        return true;
    }

    public override Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var retries in _health.RetryQueues) retries.Close();
        return base.StopAsync(cancellationToken);
    }

    protected override IEnumerable<ILane> Lanes => _lanes.Values;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
    [
        base.ExecuteAsync(stoppingToken),
        .. _lanes.Where(entry => entry.Key.Traffic == Traffic.Things).Select(entry => _health.RetryQueueOf(entry.Key.Destination).Run(
            () => entry.Value.Count >= WokenAhead, token => _waiting.Find(entry.Key.Destination, token), stoppingToken)),
    ]);

    /// <summary>What joins an incident needs no turn. Whether it is still owed is asked last, because a turn may come late.</summary>
    private async Task Deliver(
        INotificationDestination destination, IOutgoing what, ActivityContext trace, SemaphoreSlim sent,
        CancellationToken cancellationToken)
    {
        using var span = Traces.Notify(destination.Name, what.Event, trace);
        var retries = _health.RetryQueueOf(destination.Name);
        var answer = what.AnswerKey is { } key ? _unrecorded.GetValueOrDefault((destination.Name, key)) : null;
        if (answer is null)
        {
            var admission = await what.Admit(destination, retries, cancellationToken);
            if (admission.Kind == AdmissionKind.Later) return;
            if (admission.Wait > TimeSpan.Zero) await Task.Delay(admission.Wait, _time, cancellationToken);
            answer = admission.Answer ?? await InItsTurn(destination, what, retries, sent, cancellationToken);
        }

        if (answer is not null) await Record(destination.Name, what, answer, cancellationToken);
    }

    /// <returns>Null: it is not owed any more, or its answer is not needed.</returns>
    private async Task<DeliveryAnswer?> InItsTurn(
        INotificationDestination destination, IOutgoing what, RetryQueue retries, SemaphoreSlim sent, CancellationToken cancellationToken)
    {
        await sent.WaitAsync(cancellationToken);
        try
        {
            if (!await retries.Turn(what.Waiter, cancellationToken)) return what.Waiter is null ? null : retries.NotNow;
            if (!await what.IsStillOwed(destination.Name)) return null;
            var answer = await Try(destination, what, retries, cancellationToken);
            what.Log(destination.Name, answer);
            return answer;
        }
        finally
        {
            sent.Release();
        }
    }

    private async Task<DeliveryAnswer> Try(
        INotificationDestination destination, IOutgoing what, RetryQueue retries, CancellationToken cancellationToken)
    {
        using var span = Traces.Send(destination.Name, what.Event);
        var answer = await retries.Try(what.Waiter, token => what.Send(destination, token), cancellationToken);
        span.Answered(answer);
        _metrics.Answered(destination.Name, what.Event, answer.Outcome);
        if (answer.Outcome == DeliveryOutcome.Accepted && what.DueAt is { } due)
            _metrics.Accepted(destination.Name, what.Event, _time.GetUtcNow() - due);
        return answer;
    }

    private async Task Record(string destination, IOutgoing what, DeliveryAnswer answer, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await what.Record(destination, answer);
                if (what.AnswerKey is { } key) _unrecorded.TryRemove((destination, key), out _);
                return;
            }
            catch (Exception) when (attempt < RecordAgainAfter.Length)
            {
                if (what.AnswerKey is { } key && answer.Outcome == DeliveryOutcome.Accepted && _unrecorded.Count < MostUnrecorded)
                    _unrecorded[(destination, key)] = answer;
                await Task.Delay(RecordAgainAfter[attempt], _time, cancellationToken);
            }
        }
    }
}
