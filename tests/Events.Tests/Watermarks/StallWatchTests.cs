using IoTOrleans.Events.Watermarks;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Watermarks;

public sealed class StallWatchTests
{
    private readonly FakeTimeProvider _time = new(new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero));

    [Fact]
    public void Who_asks_first_after_it_notices_it()
    {
        using var watch = new StallWatch(_time, NullLogger<StallWatch>.Instance);
        watch.Last.ShouldBeNull();
        _time.Advance(TimeSpan.FromSeconds(30));
        watch.Last.ShouldNotBeNull().Length.ShouldBe(TimeSpan.FromSeconds(30));
        _time.Advance(TimeSpan.FromSeconds(1));
        watch.Last.ShouldNotBeNull().WokeAt.ShouldBe(_time.GetUtcNow().AddSeconds(-1));
    }

    [Fact]
    public async Task While_it_runs_there_is_none()
    {
        using var watch = new StallWatch(_time, NullLogger<StallWatch>.Instance);
        await watch.StartAsync(TestContext.Current.CancellationToken);
        for (var i = 0; i < 60; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            watch.Last.ShouldBeNull();
        }

        await watch.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void A_clock_that_is_set_back_is_no_stall()
    {
        using var watch = new StallWatch(_time, NullLogger<StallWatch>.Instance);
        watch.Last.ShouldBeNull();
        _time.AdjustTime(_time.GetUtcNow() - TimeSpan.FromMinutes(15));
        watch.Last.ShouldBeNull();
    }
}
