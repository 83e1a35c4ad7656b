using Shouldly;
using Xunit;

namespace IoTOrleans.Chaos.Tests;

public sealed class ChaosOptionsTests
{
    [Fact]
    public void Says_ten_minutes_by_itself_and_takes_what_it_is_told()
    {
        ChaosOptions.Parse([], out _).ShouldBe(new ChaosOptions { Duration = TimeSpan.FromMinutes(10) });
        ChaosOptions.Parse(["--duration", "3h", "--seed=7", "--silos", "2", "--things", "500", "--lanes", "1", "--keep"], out _)
            .ShouldBe(new ChaosOptions { Duration = TimeSpan.FromHours(3), Seed = 7, Silos = 2, Things = 500, Lanes = 1, Keep = true });
    }

    [Theory]
    [InlineData("--duration", "10")]
    [InlineData("--duration", "25h")]
    [InlineData("--duration", "for ever")]
    [InlineData("--silos", "0")]
    [InlineData("--things", "")]
    [InlineData("--lanes", "4")]
    [InlineData("--sead", "1")]
    public void What_it_does_not_understand_it_names(string name, string value)
    {
        ChaosOptions.Parse([name, value], out var wrong).ShouldBeNull();
        wrong.ShouldNotBeNull().ShouldStartWith($"{name} {value}: ");
    }
}
