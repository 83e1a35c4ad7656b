using System.Collections.Concurrent;
using System.Diagnostics;
using IoTOrleans.Grains.Observing;
using OpenTelemetry.Trace;

namespace IoTOrleans.Silo.Telemetry;

/// <summary>
/// The first traces of each second, so that a small fleet sees each of its own, and a share of the rest, as AWS X-Ray's default rule does.
/// Each kind of span has a budget of its own: a page that asks all the time takes nothing from events.
/// </summary>
internal sealed class TraceBudget(TimeProvider time) : Sampler
{
    /// <summary>On one silo.</summary>
    public const int PerSecond = 10;

    public const double Share = 0.05;

    private readonly TraceIdRatioBasedSampler _share = new(Share);
    private readonly ConcurrentDictionary<ActivityKind, Budget> _budgets = [];

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        var parent = samplingParameters.ParentContext;
        var hasParent = parent.TraceId != default;
        if (hasParent && !parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded)) return new(SamplingDecision.Drop);

        // One request brings 500 events, and each is a tree below it.
        if (hasParent && samplingParameters.Name != Traces.Receive) return new(SamplingDecision.RecordAndSample);
        if (_budgets.GetOrAdd(samplingParameters.Kind, _ => new()).Take(time.GetUtcNow().ToUnixTimeSeconds()))
            return new(SamplingDecision.RecordAndSample);
        var share = _share.ShouldSample(samplingParameters);

        // If there were no span at all, those below it would belong to the request, which is recorded.
        return hasParent && share.Decision == SamplingDecision.Drop ? new(SamplingDecision.RecordOnly) : share;
    }

    private sealed class Budget
    {
        private readonly Lock _lock = new();
        private long _second;
        private int _taken;

        public bool Take(long second)
        {
            lock (_lock)
            {
                if (_second != second) (_second, _taken) = (second, 0);
                return ++_taken <= PerSecond;
            }
        }
    }
}
