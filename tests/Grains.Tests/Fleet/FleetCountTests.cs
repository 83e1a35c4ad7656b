using IoTOrleans.Grains.Fleet;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;

namespace IoTOrleans.Grains.Tests.Fleet;

public sealed class FleetCountTests
{
    /// <summary>The notification of an incident waits for it.</summary>
    [Fact]
    public async Task A_grain_that_does_not_answer_is_not_waited_for()
    {
        var time = new FakeTimeProvider();
        var grains = Substitute.For<IGrainFactory>();
        var fleet = Substitute.For<IFleetGrain>();
        fleet.Counts().Returns(new TaskCompletionSource<FleetCounts>().Task);
        grains.GetGrain<IFleetGrain>(0).Returns(fleet);
        var counting = new FleetCount(grains, time).Count(TestContext.Current.CancellationToken).AsTask();
        counting.IsCompleted.ShouldBeFalse();
        time.Advance(FleetCount.Patience);
        await Should.ThrowAsync<TimeoutException>(() => counting);
    }
}
