using System.Diagnostics.Metrics;
using IoTOrleans.Events.Machine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace IoTOrleans.Events.Tests.Machine;

/// <summary>A small container, as full as the test says.</summary>
internal sealed class FakeMemory
{
    public FakeMemory(FakeTimeProvider? time = null)
    {
        Time = time ?? new();
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        Gauge = new(new EventMetrics(meters), Time, () => new((long)(Share * Limit), Limit));
    }

    public FakeTimeProvider Time { get; }

    public double Share { get; set; }

    public long Limit { get; set; } = 300_000_000;

    public MemoryGauge Gauge { get; }
}
