using System.Diagnostics.Metrics;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Observing;

/// <summary>All instruments of this project. Never with thing names: a name is unbounded, and a tag value is kept for ever.</summary>
internal sealed class GrainMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _decisions;
    private readonly Counter<long> _answers;
    private readonly Counter<long> _audited;
    private readonly Counter<long> _healed;

    public GrainMetrics(IMeterFactory meters)
    {
        _meter = meters.Create("IoTOrleans");
        _decisions = Counter("decisions", "Presence decisions by reason.");
        _answers = Counter("notifications", "Attempts to tell a destination, by what it answered.");
        _audited = Counter("audited", "Things taken to be connected that the verifier was asked about, by what its answer was worth.");
        _healed = Counter("healed", "Things that had something left to do and no reminder for it, re-armed by the sweep.");
    }

    public void Decided(PresenceReason reason) => _decisions.Add(1, Tag("reason", ReasonTexts.NameOf(reason)));

    public void Answered(string destination, DeliveryOutcome outcome) =>
        _answers.Add(1, Tag("destination", destination), Tag("outcome", outcome.ToString().ToLowerInvariant()));

    public void Audited(PresenceReason reason) => _audited.Add(1, Tag("reason", ReasonTexts.NameOf(reason)));

    public void Healed() => _healed.Add(1);

    public void ObserveDeferred(Func<int> things) => _meter.CreateObservableGauge(
        "iot_orleans.verdicts.held", things, "{thing}", "Things whose first verdict waits for what may still be on its way to us.");

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private Counter<long> Counter(string name, string description) =>
        _meter.CreateCounter<long>($"iot_orleans.{name}", description: description);
}
