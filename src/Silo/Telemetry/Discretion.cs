using System.Diagnostics;
using IoTOrleans.Grains.Observing;
using OpenTelemetry;

namespace IoTOrleans.Silo.Telemetry;

/// <summary>Keeps out of spans what not everybody should see who may look at traces: who things are, and what they were asked.</summary>
/// <param name="thingNames"><c>Telemetry:ThingNames</c>.</param>
internal sealed class Discretion(bool thingNames) : BaseProcessor<Activity>
{
    private static readonly string[] Naming =
    [
        Traces.ThingName, "orleans.rpc.target_id", "orleans.rpc.source_id", "orleans.grain.id", "orleans.activation.id",
        "exception.message", "exception.stacktrace",
    ];

    public override void OnEnd(Activity data)
    {
        data.SetTag("url.query", null);
        if (thingNames) return;
        foreach (var tag in Naming) data.SetTag(tag, null);
        if (data.GetTagItem("url.path") is not null) data.SetTag("url.path", data.GetTagItem("http.route"));
        if (data.Status == ActivityStatusCode.Error) data.SetStatus(ActivityStatusCode.Error);
    }
}
