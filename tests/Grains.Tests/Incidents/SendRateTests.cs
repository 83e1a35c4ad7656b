using System.Collections.Immutable;
using IoTOrleans.Grains.Incidents;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Tests.Presence;

namespace IoTOrleans.Grains.Tests.Incidents;

/// <summary>The rate of a destination may change in the settings.</summary>
public sealed class SendRateTests
{
    [Fact]
    public void A_rate_that_is_lowered_is_kept_at_once_and_one_that_is_raised_makes_room_at_once()
    {
        var rate = new SendRate(ImmutableQueue<DateTimeOffset>.Empty, 0, default);
        for (var i = 0; i < 10; i++) Next(new(10, Seconds(10))).ShouldBe(TimeSpan.Zero);

        // The two that were sent last count, and then one goes out in every five seconds.
        var waits = Enumerable.Range(0, 6).Select(_ => Next(new(2, Seconds(10)))).ToList();
        waits.Select(wait => (int)wait.TotalSeconds).ShouldBe([10, 10, 20, 20, 30, 30]);

        // Those have their turns already; up to ten may go at once beside them.
        Next(new(10, Seconds(10))).ShouldBe(TimeSpan.Zero);
        Next(null).ShouldBe(TimeSpan.Zero);

        TimeSpan Next(RateLimit? limit)
        {
            (rate, var wait) = rate.Next(limit, Story.Start);
            return wait;
        }
    }
}
