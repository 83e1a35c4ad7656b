using System.Diagnostics.Metrics;

namespace IoTOrleans.Grains.Dispatch;

/// <summary>What this silo knows of its destinations from their answers, whether to one thing's notification or to an incident's.</summary>
internal sealed class DestinationHealth : IDestinationHealth
{
    /// <summary>Shorter, and it may be a restart; by then somebody should know.</summary>
    internal static readonly TimeSpan FailsFor = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _refusing = new();
    private readonly ConcurrentDictionary<string, (DateTimeOffset Since, DateTimeOffset Last)> _failing = new();
    private readonly Dictionary<string, SendGate> _gates;
    private readonly Dictionary<string, RetryQueue> _retryQueues;
    private readonly Counter<long> _answers;
    private readonly TimeProvider _time;

    public DestinationHealth(
        IEnumerable<INotificationDestination> destinations, [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time,
        IMeterFactory meters, ILogger<DestinationHealth> logger)
    {
        _time = time;
        _gates = destinations.ToDictionary(destination => destination.Name, destination => new SendGate(destination.Terms.RateLimit, time));
        _retryQueues = _gates.ToDictionary(
            pair => pair.Key, pair => new RetryQueue(pair.Key, pair.Value, answer => Answered(pair.Key, answer), time, logger));
        _answers = meters.Create("IoTOrleans").CreateCounter<long>(
            "iot_orleans.notifications", description: "Attempts to tell a destination, by what it answered.");
    }

    public IReadOnlyDictionary<string, DateTimeOffset> Refusing => _refusing;

    public IReadOnlyDictionary<string, DateTimeOffset> Failing =>
        _failing.Where(pair => pair.Value.Last - pair.Value.Since >= FailsFor).ToDictionary(pair => pair.Key, pair => pair.Value.Since);

    public RetryQueue RetryQueueOf(string destination) => _retryQueues[destination];

    public IEnumerable<RetryQueue> RetryQueues => _retryQueues.Values;

    public void Answered(string destination, DeliveryAnswer answer)
    {
        _answers.Add(1, new("destination", destination), new("outcome", answer.Outcome.ToString().ToLowerInvariant()));
        if (!_gates.TryGetValue(destination, out var gate)) return;
        gate.Answered(answer);
        var now = _time.GetUtcNow();
        if (answer.Outcome == DeliveryOutcome.Failed) _failing.AddOrUpdate(destination, (now, now), (_, known) => (known.Since, now));
        else _failing.TryRemove(destination, out _);
        if (answer.Outcome == DeliveryOutcome.Accepted) _refusing.TryRemove(destination, out _);
        else if (answer.Outcome == DeliveryOutcome.Refused) _refusing.TryAdd(destination, now);
    }
}
