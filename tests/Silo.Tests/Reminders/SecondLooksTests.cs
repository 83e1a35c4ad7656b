using IoTOrleans.Grains.Devices;
using NSubstitute;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Reminders;

/// <summary>What failed is looked at again in seconds, not at the reminder's next minute.</summary>
public sealed class SecondLooksTests
{
    [Fact]
    public async Task A_thing_that_failed_is_woken_until_that_works_ever_less_often()
    {
        var time = new WatchedTime();
        var (grains, grain) = (Substitute.For<IGrainFactory>(), Substitute.For<IDeviceAnswers>());
        var (woken, isDown) = (0, true);
        grains.GetGrain<IDeviceAnswers>("rpi-1", null).Returns(grain);
        grain.Wake().Returns(_ =>
        {
            woken++;
            return isDown ? Task.FromException(new TimeoutException()) : Task.CompletedTask;
        });
        using var looks = new SecondLooks(grains, time);
        await looks.StartAsync(TestContext.Current.CancellationToken);

        var passed = 0;
        looks.Soon("rpi-1");
        await Pass(60);
        woken.ShouldBeInRange(6, 10, "after 1, 2, 4 and then each 8 s");

        isDown = false;
        await Pass(10);
        looks.Count.ShouldBe(0);
        var before = woken;
        await Pass(60);
        woken.ShouldBe(before);
        await looks.StopAsync(TestContext.Current.CancellationToken);

        // While there is something to look at, each second ends with the wait for the next.
        async Task Pass(int seconds)
        {
            for (var i = 0; i < seconds; i++)
            {
                while (time.Waits <= passed && looks.Count > 0)
                    await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
                passed = time.Waits;
                time.Advance(TimeSpan.FromSeconds(1));
            }
        }
    }
}
