using System.Diagnostics.Metrics;
using IoTOrleans.Grains.Fleet;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Observing;

/// <summary>
/// What was decided and notified (docs/metrics.md). Never with thing names: a name is unbounded, and a tag value is kept for ever.
/// </summary>
internal sealed class GrainMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _decisions;
    private readonly Counter<long> _suppressed;
    private readonly Counter<long> _answers;
    private readonly Histogram<double> _lateness;
    private readonly Counter<long> _audited;
    private readonly Counter<long> _healed;
    private readonly Counter<long> _opened;
    private readonly Counter<double> _blind;
    private readonly ConcurrentDictionary<string, int> _openIncidents = new(StringComparer.Ordinal);
    private volatile FleetCounts? _fleet;

    public GrainMetrics(IMeterFactory meters)
    {
        _meter = meters.Create("IoTOrleans");
        _decisions = Counter("decisions", "{decision}", "Presence decisions by reason.");
        _suppressed = Counter("outages.suppressed", "{outage}", "Outages that ended without a notification, by what ended them.");
        _answers = Counter("notifications", "{notification}", "Attempts to tell a destination, by what it answered.");
        _lateness = _meter.CreateHistogram(
            "iot_orleans.notifications.lateness", "s", "From the deadline until the destination has accepted the notification.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600] });
        _audited = Counter(
            "audited", "{thing}", "Things taken to be connected that the verifier was asked about, by what its answer was worth.");
        _healed = Counter("healed", "{thing}", "Things that had something left to do and no reminder for it in time, re-armed by the sweep.");
        _opened = Counter("incidents.opened", "{incident}", "Incidents that began.");
        _blind = _meter.CreateCounter<double>("iot_orleans.blind.time", "s", "Time of which it was not known what happened to things.");
        Gauge("incidents.open", "{incident}", "Incidents that are not over.", () => _openIncidents.Select(
            pair => new Measurement<int>(pair.Value, Tag("destination", pair.Key))));
        Gauge("things", "{thing}", "Things by status, from the silo that counts them.", () => ByStatus(_fleet));
        Gauge("things.muted", "{thing}", "Things that are not well and muted.", () => _fleet is { Complete: true, Muted: var muted }
            ? [new Measurement<int>(muted)] : Array.Empty<Measurement<int>>());
    }

    public void Decided(PresenceReason reason) => _decisions.Add(1, Tag("reason", ReasonTexts.NameOf(reason)));

    public void Suppressed(PresenceReason reason) => _suppressed.Add(1, Tag("reason", ReasonTexts.NameOf(reason)));

    public void Answered(string destination, string notificationEvent, DeliveryOutcome outcome) => _answers.Add(
        1, Tag("event", notificationEvent), Tag("destination", destination), Tag("outcome", NameOf(outcome)));

    /// <param name="late">Below zero, if the clocks of two silos differ.</param>
    public void Accepted(string destination, string notificationEvent, TimeSpan late) => _lateness.Record(
        Math.Max(0, late.TotalSeconds), Tag("event", notificationEvent), Tag("destination", destination));

    public void Audited(PresenceReason reason) => _audited.Add(1, Tag("reason", ReasonTexts.NameOf(reason)));

    public void Healed() => _healed.Add(1);

    public void IncidentOpened(string destination) => _opened.Add(1, Tag("destination", destination));

    /// <param name="count">Null: another silo keeps them now.</param>
    public void IncidentsOpen(string destination, int? count)
    {
        if (count is { } number) _openIncidents[destination] = number;
        else _openIncidents.TryRemove(destination, out _);
    }

    /// <param name="time">Zero makes the series begin, so that its growth is seen.</param>
    public void Blind(TimeSpan time) => _blind.Add(Math.Max(0, time.TotalSeconds));

    /// <param name="counts">Null: another silo counts the things now.</param>
    public void Fleet(FleetCounts? counts) => _fleet = counts;

    public void ObserveDeferred(Func<int> things) => _meter.CreateObservableGauge(
        "iot_orleans.verdicts.held", things, "{thing}", "Things whose first verdict waits for what may still be on its way to us.");

    public void ObserveRest(IReadOnlyDictionary<string, Func<TimeSpan>> destinations) => _meter.CreateObservableGauge(
        "iot_orleans.destination.rest",
        () => destinations.Select(pair => new Measurement<double>(pair.Value().TotalSeconds, Tag("destination", pair.Key))), "s",
        "How long nothing is sent to the destination, because it asked for that or does not answer.");

    public static string NameOf(DeliveryOutcome outcome) => outcome.ToString().ToLowerInvariant();

    /// <summary>A wrong number would be worse than none: things are being counted after a start, or when reports were lost.</summary>
    private static IEnumerable<Measurement<int>> ByStatus(FleetCounts? counts) => counts is not { Complete: true } ? [] :
    [
        new(counts.Connected, Tag("status", "connected")), new(counts.Grace, Tag("status", "grace")),
        new(counts.Offline, Tag("status", "offline")), new(counts.Recovering, Tag("status", "recovering")),
        new(counts.Unknown, Tag("status", "unknown")),
    ];

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private Counter<long> Counter(string name, string unit, string description) =>
        _meter.CreateCounter<long>($"iot_orleans.{name}", unit, description);

    private void Gauge(string name, string unit, string description, Func<IEnumerable<Measurement<int>>> observe) =>
        _meter.CreateObservableGauge($"iot_orleans.{name}", observe, unit, description);
}
