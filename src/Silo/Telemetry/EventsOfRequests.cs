using System.Diagnostics;
using IoTOrleans.Grains.Observing;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace IoTOrleans.Silo.Telemetry;

/// <summary>
/// One request brings 500 events, each with a tree of its own below the request, so the budget counts them one by one. A sampler cannot
/// leave one out: what is below it would then belong to the request, which is recorded.
/// </summary>
internal sealed class EventsOfRequests(TraceBudget budget) : BaseProcessor<Activity>
{
    public override void OnStart(Activity data)
    {
        if (data.OperationName != Traces.Receive || data.ParentSpanId == default || !data.Recorded) return;
        var sampling = new SamplingParameters(default, data.TraceId, data.OperationName, data.Kind);
        if (budget.ShouldSample(sampling).Decision == SamplingDecision.Drop) data.LeaveOut();
    }
}
