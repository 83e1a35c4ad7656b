using IoTOrleans.Chaos.Faults;
using IoTOrleans.Chaos.Fleet;
using Shouldly;
using Xunit;

namespace IoTOrleans.Chaos.Tests;

public sealed class FaultPlanTests
{
    private static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);

    [Fact]
    public void A_seed_makes_the_same_faults_and_the_same_fleet_again()
    {
        Plan(7).ShouldBe(Plan(7));
        Plan(7).ShouldNotBe(Plan(8));
        Told(7).ShouldBe(Told(7));
        Told(7).ShouldNotBe(Told(8));

        static List<string> Told(int seed) => [.. Histories.Of(seed, 20, TenMinutes).SelectMany(thing => IotCore.Says(thing, seed).Messages)
            .Select(message => $"{message.SendAt} {message.Body(DateTimeOffset.UnixEpoch)}")];
    }

    [Fact]
    public void Every_fault_is_over_in_time_and_ten_minutes_hold_most_kinds()
    {
        var plan = Plan(1);
        plan.ShouldEachBe(fault => fault.At + fault.Lasts <= TenMinutes && fault.Silo < 3);
        plan.Select(fault => fault.Name).Distinct().Count().ShouldBeGreaterThan(25);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void There_are_never_more_faults_at_a_time_than_lanes(int lanes)
    {
        var plan = Plan(1, lanes);
        plan.ShouldEachBe(fault => plan.Count(other => other.At <= fault.At && fault.At < other.At + other.Lasts) <= lanes);
        plan.Select(fault => fault.Target).Distinct().Count().ShouldBeGreaterThan(4, "each lane goes through all that it has");
    }

    private static List<PlannedFault> Plan(int seed, int lanes = FaultPlan.MostLanes) =>
        [.. FaultPlan.Of(seed, TenMinutes, 3, lanes).SelectMany(lane => lane)];
}
