using System.Collections.Concurrent;
using System.Diagnostics;
using OpenTelemetry.Trace;

namespace IoTOrleans.Silo.Telemetry;

/// <summary>
/// The first traces of each second, so that a small fleet sees each of its own, and a share of the rest. Each kind of span has a budget
/// of its own: a page that asks all the time takes nothing from events.
/// </summary>
internal sealed class TraceBudget(TimeProvider time) : Sampler
{
    /// <summary>On one silo.</summary>
    public const int PerSecond = 10;

    /// <summary>A fleet with 3,000 events a second still makes 30 traces of its rest.</summary>
    public const double Share = 0.01;

    private readonly TraceIdRatioBasedSampler _share = new(Share);
    private readonly ConcurrentDictionary<ActivityKind, Budget> _budgets = [];

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
        _budgets.GetOrAdd(samplingParameters.Kind, _ => new()).Take(time.GetUtcNow().ToUnixTimeSeconds())
            ? new(SamplingDecision.RecordAndSample) : _share.ShouldSample(samplingParameters);

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
