using System.Diagnostics.Metrics;

namespace IoTOrleans.Events;

/// <summary>
/// What came in, and at which door it was turned away (docs/metrics.md). No tag has a thing name: names are unbounded, and a tag value is
/// kept for ever. Tag values are spelled like <c>came-back-in-grace</c>.
/// </summary>
internal sealed class EventMetrics
{
    public const string Taken = "taken";
    public const string Failed = "failed";
    public const string Collapsed = "collapsed";

    private const string Http = "http";
    private const string Broker = "broker";

    private readonly Meter _meter;
    private readonly Counter<long> _events;
    private readonly Counter<long> _received;
    private readonly Counter<long> _deleted;
    private readonly UpDownCounter<int> _connections;
    private readonly Counter<long> _brokerRefused;
    private readonly Counter<long> _httpRefused;
    private readonly Counter<long> _connectFailures;
    private readonly Counter<long> _ruleFailures;
    private readonly KeyValuePair<string, object?> _queue;
    private readonly string _queueSource;

    /// <param name="queue">The queue with the events, or <c>errors</c>.</param>
    public EventMetrics(IMeterFactory meters, string queue = "events")
    {
        (_queue, _queueSource) = (Tag("queue", queue), queue == "events" ? "sqs" : $"sqs-{queue}");
        _meter = meters.Create("IoTOrleans");
        _events = Counter("events", "{event}", "Events that came in, by what became of them.");
        _received = Counter("sqs.received", "{message}", "Messages received, repeats included.");
        _deleted = Counter("sqs.deleted", "{message}", "Messages deleted from the queue: what they said is stored.");
        _connections = _meter.CreateUpDownCounter<int>(
            "iot_orleans.broker.connections", "{connection}", "Open connections to the embedded broker, things or not.");
        _brokerRefused = Counter("broker.refused", "{connection}", "Connections that the broker refused or closed, by reason.");
        _httpRefused = Counter("http.refused", "{connection}", "HTTP connections that were refused or closed, by reason.");
        _connectFailures = Counter("connect_failures", "{event}", "connect_failed events of AWS IoT, by what became of them.");
        _ruleFailures = Counter("rule_failures", "{message}", "Error messages of IoT rules, by where they came in; each receive counts.");
    }

    public void QueueReceived(int count) => _received.Add(count, _queue);

    /// <summary>Its change is stored, or it has none.</summary>
    public void QueueTaken() => Count(_queueSource, Taken, 1);

    public void QueueRefused(RefusalReason reason) => Refused(_queueSource, TagValue(reason), 1);

    public void QueueFailed() => Count(_queueSource, Failed, 1);

    public void QueueDeleted(int count) => _deleted.Add(count, _queue);

    public void HttpTaken(int count) => Count(Http, Taken, count);

    public void HttpFailed(int count) => Count(Http, Failed, count);

    public void HttpRefused(RefusalReason reason, int count) => Refused(Http, TagValue(reason), count);

    public void HttpBeyondLimit(int count) => Refused(Http, "things", count);

    /// <summary>One for each request: its events have not been counted.</summary>
    public void HttpBusy() => Refused(Http, "busy", 1);

    public void HttpTurnedAway(string reason) => _httpRefused.Add(1, Tag("reason", reason));

    /// <param name="outcome"><see cref="Taken"/>, <see cref="Failed"/> (one attempt; the change waits) or <see cref="Collapsed"/>.</param>
    public void BrokerChanges(string outcome, int count = 1) => Count(Broker, outcome, count);

    public void BrokerOpened() => _connections.Add(1);

    public void BrokerClosed() => _connections.Add(-1);

    public void BrokerRefused(string reason) => _brokerRefused.Add(1, Tag("reason", reason));

    /// <param name="outcome"><c>counted</c>, <c>ignored</c> (no outage is running) or <c>dropped</c>.</param>
    public void ConnectFailures(string outcome, int count = 1)
    {
        if (count > 0) _connectFailures.Add(count, Tag("outcome", outcome));
    }

    public void RuleFailed(EventSource source) =>
        _ruleFailures.Add(1, Tag("source", source is EventSource.Queue ? _queueSource : TagValue(source)));

    public void ObserveQueue(Func<int> inHand, Func<bool> isPaused, Func<TimeSpan> oldestAge)
    {
        _meter.CreateObservableGauge(
            "iot_orleans.sqs.in_hand", () => new Measurement<int>(inHand(), _queue), "{message}",
            "Messages received and neither deleted nor given back.");
        _meter.CreateObservableGauge(
            "iot_orleans.sqs.paused", () => new Measurement<int>(isPaused() ? 1 : 0, _queue), null,
            "1 while receiving is paused because nothing can be stored.");
        _meter.CreateObservableGauge(
            "iot_orleans.sqs.oldest.age", () => new Measurement<double>(oldestAge().TotalSeconds, _queue), "s",
            "Age of the oldest message that was received and is not stored.");
    }

    public void ObserveWatermark(Func<TimeSpan> age) => _meter.CreateObservableGauge(
        "iot_orleans.sqs.watermark.age", () => new Measurement<double>(age().TotalSeconds, _queue), "s",
        "Age of the moment up to which everything in the queue has been stored.");

    public void ObserveMemory(Func<double> used) => _meter.CreateObservableGauge(
        "iot_orleans.memory.used_ratio", used, "1", "Share of the memory that this process may use.");

    public static string TagValue(Enum value) => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    private void Count(string source, string outcome, int count)
    {
        if (count > 0) _events.Add(count, Tag("source", source), Tag("outcome", outcome));
    }

    private void Refused(string source, string reason, int count) =>
        _events.Add(count, Tag("source", source), Tag("outcome", "refused"), Tag("reason", reason));

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private Counter<long> Counter(string name, string unit, string description) =>
        _meter.CreateCounter<long>($"iot_orleans.{name}", unit, description);
}
