using IoTOrleans.Grains.Devices;
using Microsoft.Extensions.Time.Testing;
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
        var time = new FakeTimeProvider();
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

        async Task Pass(int seconds)
        {
            for (var i = 0; i < seconds; i++)
            {
                time.Advance(TimeSpan.FromSeconds(1));
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
            }
        }
    }
}
