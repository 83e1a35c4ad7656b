using System.Diagnostics;
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
        recorded.ShouldBeInRange((int)(Many * TraceBudget.Share / 2), (int)(Many * TraceBudget.Share * 2));
    }

    [Fact]
    public void One_kind_takes_nothing_from_another()
    {
        for (var i = 0; i < 1000; i++) Begin(ActivityKind.Server);
        Begin(ActivityKind.Consumer).ShouldBeTrue();
    }

    private bool Begin(ActivityKind kind) =>
        _budget.ShouldSample(new(default, ActivityTraceId.CreateRandom(), "x", kind)).Decision == SamplingDecision.RecordAndSample;
}
