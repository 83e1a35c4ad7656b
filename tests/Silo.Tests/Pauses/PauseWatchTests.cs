using IoTOrleans.Silo.Pauses;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Pauses;

public sealed class PauseWatchTests
{
    private readonly FakeTimeProvider _time = new(new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero));

    [Fact]
    public void Who_asks_first_after_it_notices_it()
    {
        using var watch = new PauseWatch(_time, NullLogger<PauseWatch>.Instance);
        _time.Advance(TimeSpan.FromSeconds(30));
        watch.Last.ShouldNotBeNull().Length.ShouldBe(TimeSpan.FromSeconds(30));
        _time.Advance(TimeSpan.FromSeconds(1));
        watch.Last.ShouldNotBeNull().WokeAt.ShouldBe(_time.GetUtcNow().AddSeconds(-1));
    }

    [Fact]
    public async Task While_it_runs_there_is_none()
    {
        using var watch = new PauseWatch(_time, NullLogger<PauseWatch>.Instance);
        await watch.StartAsync(TestContext.Current.CancellationToken);
        for (var i = 0; i < 60; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            watch.Last.ShouldBeNull();
        }

        await watch.StopAsync(TestContext.Current.CancellationToken);
    }
}
