using CsCheck;

namespace IoTOrleans.Grains.Tests.World;

/// <summary>
/// The one promise, over random worlds: no false notification where the truth was knowable, no due one lost. How to run more of them
/// and how to repeat one: docs/testing.md.
/// </summary>
public sealed class WorldTests
{
    private static readonly int worlds = int.TryParse(Environment.GetEnvironmentVariable("IOT_ORLEANS_WORLDS"), out var asked) ? asked : 2400;

    [Fact]
    public void While_only_messages_are_late_lost_or_repeated_lifecycle() => Check(Plans.Calm(Feed.Lifecycle));

    [Fact]
    public void While_only_messages_are_late_lost_or_repeated_shadow() => Check(Plans.Calm(Feed.Shadow, Feed.Http));

    [Fact]
    public void While_only_messages_are_late_lost_or_repeated_both() => Check(Plans.Calm(Feed.Both));

    [Fact]
    public void While_stores_destinations_and_silos_fail_lifecycle() => Check(Plans.Troubled(Feed.Lifecycle));

    [Fact]
    public void While_stores_destinations_and_silos_fail_shadow() => Check(Plans.Troubled(Feed.Shadow, Feed.Http));

    [Fact]
    public void While_stores_destinations_and_silos_fail_both() => Check(Plans.Troubled(Feed.Both));

    [Fact]
    public Task On_real_silos() => Plans.Short(Feed.Lifecycle, Feed.Shadow, Feed.Both, Feed.Http).SampleAsync(
        ClusterWorld.Run, iter: Math.Max(1, worlds / 100), threads: 1, print: plan => plan.ToString());

    private static void Check(Gen<Plan> plans) => plans.Sample(SimulatedWorld.Run, iter: worlds / 6, print: plan => plan.ToString());
}
