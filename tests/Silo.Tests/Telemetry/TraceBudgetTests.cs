using System.Diagnostics;
using IoTOrleans.Grains.Observing;
using IoTOrleans.Silo.Telemetry;
using Microsoft.Extensions.Time.Testing;
using OpenTelemetry.Trace;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Telemetry;

public sealed class TraceBudgetTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly TraceBudget _budget;

    public TraceBudgetTests() => _budget = new(_time);

    [Fact]
    public void A_few_a_second_are_all_recorded()
    {
        for (var i = 0; i < 1000; i++)
        {
            Begin(ActivityKind.Consumer).ShouldBeTrue();
            _time.Advance(TimeSpan.FromSeconds(1.0 / TraceBudget.PerSecond));
        }
    }

    [Fact]
    public void Of_many_a_share_is()
    {
        const int Many = 20_000;
        var recorded = Enumerable.Range(0, Many).Count(_ => Begin(ActivityKind.Consumer));
        recorded.ShouldBeInRange((int)(Many * TraceBudget.Share * 0.8), (int)(Many * TraceBudget.Share * 1.2) + TraceBudget.PerSecond);
    }

    [Fact]
    public void One_kind_takes_nothing_from_another()
    {
        for (var i = 0; i < 1000; i++) Begin(ActivityKind.Server);
        Begin(ActivityKind.Consumer).ShouldBeTrue();
    }

    [Fact]
    public void What_belongs_to_a_trace_goes_with_it()
    {
        for (var i = 0; i < 1000; i++)
        {
            Begin(ActivityKind.Client, Parent(recorded: true), "storage write").ShouldBeTrue();
            Begin(ActivityKind.Client, Parent(recorded: false), "storage write").ShouldBeFalse();
            Begin(ActivityKind.Internal, Parent(recorded: false), Traces.Receive).ShouldBeFalse();
        }
    }

    /// <summary>Each with a trace of its own, which is the rarer case: the share goes by the trace.</summary>
    [Fact]
    public void The_events_of_one_request_are_counted_one_by_one() =>
        Enumerable.Range(0, 2000).Count(_ => Begin(ActivityKind.Internal, Parent(recorded: true), Traces.Receive))
            .ShouldBeInRange(TraceBudget.PerSecond, 300);

    private bool Begin(ActivityKind kind, ActivityContext parent = default, string name = "x") => _budget.ShouldSample(new(
        parent, parent.TraceId == default ? ActivityTraceId.CreateRandom() : parent.TraceId, name, kind))
        .Decision == SamplingDecision.RecordAndSample;

    private static ActivityContext Parent(bool recorded) => new(
        ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(),
        recorded ? ActivityTraceFlags.Recorded : ActivityTraceFlags.None);
}
