namespace IoTOrleans.Grains.Dispatch;

/// <summary>What this silo knows of its destinations from their answers.</summary>
internal sealed class DestinationHealth : IDestinationHealth
{
    /// <summary>A shorter failure may be a restart.</summary>
    internal static readonly TimeSpan FailsFor = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _refusing = new();
    private readonly ConcurrentDictionary<string, DateTimeOffset> _accepted = new();
    private readonly ConcurrentDictionary<string, (DateTimeOffset Since, DateTimeOffset Last)> _failing = new();
    private readonly Dictionary<string, RetryQueue> _retryQueues;
    private readonly TimeProvider _time;

    public DestinationHealth(
        IEnumerable<INotificationDestination> destinations, GrainMetrics metrics,
        [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time, ILogger<DestinationHealth> logger)
    {
        _time = time;
        _retryQueues = destinations.ToDictionary(
            destination => destination.Name,
            destination => new RetryQueue(
                destination.Name, new(() => destination.Terms.RateLimit, time), answer => Answered(destination.Name, answer), time,
                logger));
        metrics.ObserveRest(_retryQueues.ToDictionary(pair => pair.Key, pair => (Func<TimeSpan>)(() => pair.Value.Rest)));
    }

    public IReadOnlyDictionary<string, DateTimeOffset> Refusing => _refusing;

    public IReadOnlyDictionary<string, DateTimeOffset> Failing =>
        _failing.Where(pair => pair.Value.Last - pair.Value.Since >= FailsFor).ToDictionary(pair => pair.Key, pair => pair.Value.Since);

    public async Task<IReadOnlyDictionary<string, DateTimeOffset>> Owed()
    {
        var bad = Failing.Concat(Refusing).ToLookup(pair => pair.Key, pair => pair.Value);
        var owed = await Task.WhenAll(bad.Select(
            async one => (one.Key, Since: one.Min(), IsOwed: await _retryQueues[one.Key].Debtors.AnyOwes())));
        return owed.Where(one => one.IsOwed).ToDictionary(one => one.Key, one => one.Since);
    }

    public IReadOnlyDictionary<string, DateTimeOffset> LastAccepted => _accepted;

    public RetryQueue RetryQueueOf(string destination) => _retryQueues[destination];

    public IEnumerable<RetryQueue> RetryQueues => _retryQueues.Values;

    private void Answered(string destination, DeliveryAnswer answer)
    {
        var now = _time.GetUtcNow();
        if (answer.Outcome == DeliveryOutcome.Failed) _failing.AddOrUpdate(destination, (now, now), (_, known) => (known.Since, now));
        else _failing.TryRemove(destination, out _);
        if (answer.Outcome == DeliveryOutcome.Accepted)
        {
            _refusing.TryRemove(destination, out _);
            _accepted[destination] = now;
        }
        else if (answer.Outcome == DeliveryOutcome.Refused)
            _refusing.TryAdd(destination, now);
    }
}
