using System.Diagnostics.Metrics;
using IoTOrleans.Events;

namespace IoTOrleans.Silo;

/// <summary>All instruments of this project; tag values are spelled as in <see cref="EventMetrics"/>.</summary>
internal sealed class SiloMetrics(IMeterFactory meters)
{
    private readonly Counter<long> _events =
        meters.Create("IoTOrleans").CreateCounter<long>("iot_orleans.http.events", description: "Events from POST /events by result.");

    private readonly Counter<long> _turnedAway = meters.Create("IoTOrleans").CreateCounter<long>(
        "iot_orleans.http.refused", "{connection}", "HTTP connections that were refused or closed, by reason.");

    public void HttpRefused(string reason) => _turnedAway.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void EventsAccepted(int count) => _events.Add(count, new KeyValuePair<string, object?>("result", "accepted"));

    public void EventsNotStored(int count) => _events.Add(count, new KeyValuePair<string, object?>("result", "not-stored"));

    public void EventsBeyondLimit(int count) => _events.Add(count, new("result", "refused"), new("reason", "things"));

    /// <summary>One for each request: its events have not been counted.</summary>
    public void EventsBusy() => _events.Add(1, new("result", "refused"), new("reason", "busy"));

    public void EventsRefused(RefusalReason reason, int count) =>
        _events.Add(count, new("result", "refused"), new("reason", EventMetrics.TagValue(reason)));
}
