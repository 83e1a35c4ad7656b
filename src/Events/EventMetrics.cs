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

    public EventMetrics(IMeterFactory meters)
    {
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
    }

    public void QueueReceived(int count) => _received.Add(count);

    public void QueueApplied(PresenceReason reason) => _applied.Add(1, Tag("reason", TagValue(reason)));

    /// <summary>A valid message that says nothing about the connection.</summary>
    public void QueueIgnored() => _applied.Add(1, Tag("reason", "says-nothing"));

    public void QueueRefused(RefusalReason reason) => _refused.Add(1, Tag("reason", TagValue(reason)));

    public void QueueFailed() => _failed.Add(1);

    public void QueueDeleted(int count) => _deleted.Add(count);

    public void BrokerOpened() => _connections.Add(1);

    public void BrokerClosed() => _connections.Add(-1);

    public void BrokerRefused(string reason) => _turnedAway.Add(1, Tag("reason", reason));

    /// <param name="result"><c>delivered</c>, <c>failed</c> (one attempt; the change waits) or <c>collapsed</c>.</param>
    public void BrokerChanges(string result, int count = 1) => _changes.Add(count, Tag("result", result));

    public void ObserveQueue(Func<int> inHand, Func<bool> isPaused)
    {
        _meter.CreateObservableGauge(
            "iot_orleans.sqs.in_hand", inHand, "{message}", "Messages received and neither deleted nor given back.");
        _meter.CreateObservableGauge(
            "iot_orleans.sqs.paused", () => isPaused() ? 1 : 0, null, "1 while receiving is paused because nothing can be stored.");
    }

    public void ObserveWatermark(Func<TimeSpan> behind) => _meter.CreateObservableGauge(
        "iot_orleans.sqs.behind", () => behind().TotalSeconds, "s",
        "How old the moment is up to which everything in the queue has been stored.");

    public void ObserveMemory(Func<double> used) => _meter.CreateObservableGauge(
        "iot_orleans.memory.used", used, description: "Share of the memory that this process may use.");

    public static string TagValue(Enum value) => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private Counter<long> Counter(string name, string unit, string description) =>
        _meter.CreateCounter<long>($"iot_orleans.{name}", unit, description);
}
