using System.Diagnostics.Metrics;
using System.Text.Json;
using IoTOrleans.Contracts;

namespace IoTOrleans.Silo.Events.Sqs;

/// <summary>Counters of the consumer. Never with thing names: a name is unbounded, and a tag value is kept for ever.</summary>
internal sealed class SqsMetrics
{
    private readonly Counter<long> received;
    private readonly Counter<long> applied;
    private readonly Counter<long> refused;
    private readonly Counter<long> failed;
    private readonly Counter<long> deleted;

    public SqsMetrics(IMeterFactory meters, HeldMessages held, StorageGate gate)
    {
        var meter = meters.Create("IoTOrleans");
        received = meter.CreateCounter<long>("iot_orleans.sqs.received", "{message}", "Messages received, repeats included.");
        applied = meter.CreateCounter<long>("iot_orleans.sqs.applied", "{message}", "Messages that were taken in, by what they led to.");
        refused = meter.CreateCounter<long>(
            "iot_orleans.sqs.refused", "{message}", "Messages that are no event, by reason; each receive counts.");
        failed = meter.CreateCounter<long>("iot_orleans.sqs.failed", "{message}", "Attempts to store a message that failed.");
        deleted = meter.CreateCounter<long>("iot_orleans.sqs.deleted", "{message}", "Messages deleted from the queue.");
        meter.CreateObservableGauge(
            "iot_orleans.sqs.in_hand", () => held.Count, "{message}", "Messages received and neither deleted nor given back.");
        meter.CreateObservableGauge(
            "iot_orleans.sqs.paused", () => gate.IsPaused ? 1 : 0, null, "1 while receiving is paused because nothing can be stored.");
    }

    public void Received(int count) => received.Add(count);

    public void Applied(PresenceReason reason) => applied.Add(1, Tag(NameOf(reason)));

    /// <summary>In order, but about something else than the connection.</summary>
    public void Ignored() => applied.Add(1, Tag("says-nothing"));

    public void Refused(RefusalReason reason) => refused.Add(1, Tag(NameOf(reason)));

    public void Failed() => failed.Add(1);

    public void Deleted(int count) => deleted.Add(count);

    /// <summary>As everywhere else: <c>came-back-in-grace</c>.</summary>
    internal static string NameOf(Enum reason) => JsonNamingPolicy.KebabCaseLower.ConvertName(reason.ToString());

    private static KeyValuePair<string, object?> Tag(string reason) => new("reason", reason);
}
