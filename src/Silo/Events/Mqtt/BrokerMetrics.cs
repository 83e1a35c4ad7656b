using System.Diagnostics.Metrics;

namespace IoTOrleans.Silo.Events.Mqtt;

/// <summary>Counters of the broker. Never with thing names: a name is unbounded, and a tag value is kept for ever.</summary>
internal sealed class BrokerMetrics
{
    private readonly UpDownCounter<int> connections;
    private readonly Counter<long> refused;
    private readonly Counter<long> events;

    public BrokerMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("IoTOrleans");
        connections = meter.CreateUpDownCounter<int>(
            "iot_orleans.broker.connections", "{connection}", "Open connections to the embedded broker, things or not.");
        refused = meter.CreateCounter<long>(
            "iot_orleans.broker.refused", "{connection}", "Connections that were turned away or thrown out, by reason.");
        events = meter.CreateCounter<long>(
            "iot_orleans.broker.events", "{event}", "Connection changes seen by the embedded broker, by what became of them.");
    }

    internal void Opened() => connections.Add(1);

    internal void Closed() => connections.Add(-1);

    internal void Refused(string reason) => refused.Add(1, new KeyValuePair<string, object?>("reason", reason));

    internal void Delivered() => Count("delivered", 1);

    /// <summary>One attempt; the change itself waits on.</summary>
    internal void DeliveryFailed() => Count("failed", 1);

    internal void Collapsed(int count) => Count("collapsed", count);

    private void Count(string result, int count) => events.Add(count, new KeyValuePair<string, object?>("result", result));
}
