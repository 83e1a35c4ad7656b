using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace IoTOrleans.Events;

/// <summary>
/// All instruments of this project. No tag has a thing name: names are unbounded, and a tag value is kept for ever. Tag values are spelled
/// like <c>came-back-in-grace</c>.
/// </summary>
internal sealed class EventMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _received;
    private readonly Counter<long> _applied;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _deleted;
    private readonly UpDownCounter<int> _connections;
    private readonly Counter<long> _turnedAway;
    private readonly Counter<long> _changes;
    private readonly Counter<long> _connectFailures;
    private readonly Counter<long> _ruleFailures;
    private readonly KeyValuePair<string, object?>[] _queue;

    /// <param name="queue">Null: the queue with the events. The measurements of another queue have a tag <c>queue</c>.</param>
    public EventMetrics(IMeterFactory meters, string? queue = null)
    {
        _queue = queue is null ? [] : [Tag("queue", queue)];
        _meter = meters.Create("IoTOrleans");
        _received = Counter("sqs.received", "{message}", "Messages received, repeats included.");
        _applied = Counter("sqs.applied", "{message}", "Messages that were processed, by what they led to.");
        _refused = Counter("sqs.refused", "{message}", "Refused messages, by reason; each receive counts.");
        _failed = Counter("sqs.failed", "{message}", "Attempts to store a message that failed.");
        _deleted = Counter("sqs.deleted", "{message}", "Messages deleted from the queue.");
        _connections = _meter.CreateUpDownCounter<int>(
            "iot_orleans.broker.connections", "{connection}", "Open connections to the embedded broker, things or not.");
        _turnedAway = Counter("broker.refused", "{connection}", "Connections that were refused or closed by the broker, by reason.");
        _changes = Counter("broker.events", "{event}", "Connection changes seen by the embedded broker, by what became of them.");
        _connectFailures = Counter("connect_failures", "{event}", "connect_failed events of AWS IoT, by what became of them.");
        _ruleFailures = Counter("rule_failures", "{message}", "Error messages of IoT rules, by where they came in; each receive counts.");
    }

    public void QueueReceived(int count) => CountOfQueue(_received, count);

    public void QueueApplied(PresenceReason reason) => CountOfQueue(_applied, 1, "reason", TagValue(reason));

    /// <summary>A valid message that says nothing about the connection.</summary>
    public void QueueIgnored() => CountOfQueue(_applied, 1, "reason", "says-nothing");

    /// <summary>A connect failure, whether an outage is running or not.</summary>
    public void QueueEvidence() => CountOfQueue(_applied, 1, "reason", "connect-failed");

    public void QueueRefused(RefusalReason reason) => CountOfQueue(_refused, 1, "reason", TagValue(reason));

    public void QueueFailed() => CountOfQueue(_failed, 1);

    public void QueueDeleted(int count) => CountOfQueue(_deleted, count);

    /// <param name="result"><c>counted</c>, <c>ignored</c> (no outage is running) or <c>dropped</c>.</param>
    public void ConnectFailures(string result, int count = 1)
    {
        if (count > 0) _connectFailures.Add(count, Tag("result", result));
    }

    public void RuleFailed(EventSource source) =>
        CountOfQueue(_ruleFailures, 1, "source", source is EventSource.Queue ? "sqs" : TagValue(source));

    public void BrokerOpened() => _connections.Add(1);

    public void BrokerClosed() => _connections.Add(-1);

    public void BrokerRefused(string reason) => _turnedAway.Add(1, Tag("reason", reason));

    /// <param name="result"><c>delivered</c>, <c>failed</c> (one attempt; the change waits) or <c>collapsed</c>.</param>
    public void BrokerChanges(string result, int count = 1) => _changes.Add(count, Tag("result", result));

    public void ObserveQueue(Func<int> inHand, Func<bool> isPaused)
    {
        _meter.CreateObservableGauge(
            "iot_orleans.sqs.in_hand", () => new Measurement<int>(inHand(), _queue), "{message}",
            "Messages received and neither deleted nor given back.");
        _meter.CreateObservableGauge(
            "iot_orleans.sqs.paused", () => new Measurement<int>(isPaused() ? 1 : 0, _queue), null,
            "1 while receiving is paused because nothing can be stored.");
    }

    public void ObserveWatermark(Func<TimeSpan> behind) => _meter.CreateObservableGauge(
        "iot_orleans.sqs.behind", () => new Measurement<double>(behind().TotalSeconds, _queue), "s",
        "How old the moment is up to which everything in the queue has been stored.");

    public void ObserveMemory(Func<double> used) => _meter.CreateObservableGauge(
        "iot_orleans.memory.used", used, description: "Share of the memory that this process may use.");

    public static string TagValue(Enum value) => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    private void CountOfQueue(Counter<long> counter, int count, string? tag = null, string? value = null)
    {
        var tags = new TagList(_queue);
        if (tag is not null) tags.Add(tag, value);
        counter.Add(count, tags);
    }

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private Counter<long> Counter(string name, string unit, string description) =>
        _meter.CreateCounter<long>($"iot_orleans.{name}", unit, description);
}
