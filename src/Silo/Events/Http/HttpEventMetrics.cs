using System.Diagnostics.Metrics;

namespace IoTOrleans.Silo.Events.Http;

/// <summary>What became of events from <c>POST /events</c>.</summary>
internal sealed class HttpEventMetrics
{
    private readonly Counter<long> _events;

    public HttpEventMetrics(IMeterFactory meters) =>
        _events = meters.Create("IoTOrleans").CreateCounter<long>("iot_orleans.http.events", description: "Events from POST /events by result.");

    public void Accepted(int count) => _events.Add(count, new KeyValuePair<string, object?>("result", "accepted"));

    public void NotStored(int count) => _events.Add(count, new KeyValuePair<string, object?>("result", "not-stored"));

    public void Refused(RefusalReason reason, int count) =>
        _events.Add(count, new("result", "refused"), new("reason", reason.ToString()));
}
