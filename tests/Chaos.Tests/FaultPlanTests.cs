using IoTOrleans.Chaos.Faults;
using IoTOrleans.Chaos.Fleet;
using Shouldly;
using Xunit;

namespace IoTOrleans.Chaos.Tests;

public sealed class FaultPlanTests
{
    private static readonly TimeSpan tenMinutes = TimeSpan.FromMinutes(10);

    [Fact]
    public void A_seed_makes_the_same_faults_and_the_same_fleet_again()
    {
        FaultPlan.Of(7, tenMinutes, 3).ShouldBe(FaultPlan.Of(7, tenMinutes, 3));
        FaultPlan.Of(7, tenMinutes, 3).ShouldNotBe(FaultPlan.Of(8, tenMinutes, 3));
        Told(7).ShouldBe(Told(7));
        Told(7).ShouldNotBe(Told(8));

        static List<string> Told(int seed) => [.. Histories.Of(seed, 20, tenMinutes).SelectMany(thing => IotCore.Says(thing, seed).Messages)
            .Select(message => $"{message.SendAt} {message.Body(DateTimeOffset.UnixEpoch)}")];
    }

    [Fact]
    public void Every_fault_is_over_in_time_and_ten_minutes_hold_most_kinds()
    {
        var plan = FaultPlan.Of(1, tenMinutes, 3);
        plan.ShouldAllBe(fault => fault.At + fault.Lasts <= tenMinutes && fault.Silo < 3);
        plan.Select(fault => fault.Name).Distinct().Count().ShouldBeGreaterThan(25);
    }
}
