using CsCheck;

namespace IoTOrleans.Grains.Tests.World;

/// <summary>
/// The one promise, over random worlds: no false notification where the truth was knowable, no due one lost. By itself it runs the same
/// worlds each time, so that a red test means a change; IOT_ORLEANS_WORLDS=n hunts through n new ones (docs/testing.md).
/// </summary>
public sealed class WorldTests
{
    private const int Kinds = 6;
    private const ulong Known = 20261125;

    private static readonly int Hunted = int.TryParse(Environment.GetEnvironmentVariable("IOT_ORLEANS_WORLDS"), out var asked) ? asked : 0;

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
    public async Task On_real_silos()
    {
        var plans = Plans.Short(Feed.Lifecycle, Feed.Shadow, Feed.Both, Feed.Http);
        if (Hunted > 0)
            await plans.SampleAsync(ClusterWorld.Run, iter: Math.Max(1, Hunted / 100), threads: 1, print: plan => plan.ToString());
        else foreach (var seed in Seeds(24)) await plans.SampleAsync(
            ClusterWorld.Run, iter: 1, threads: 1, seed: seed, print: plan => plan.ToString());
    }

    private static void Check(Gen<Plan> plans)
    {
        if (Hunted > 0) plans.Sample(SimulatedWorld.Run, iter: Hunted / Kinds, print: plan => plan.ToString());
        else Parallel.ForEach(Seeds(400), seed => Repeat(plans, seed));
    }

    private static void Repeat(Gen<Plan> plans, string seed)
    {
        try
        {
            SimulatedWorld.Run(plans.Generate(PCG.Parse(seed), null, out _));
        }
        catch (Exception)
        {
            // Once more, for a shorter story.
            plans.Sample(SimulatedWorld.Run, iter: 400, seed: seed, print: plan => plan.ToString());
            throw;
        }
    }

    private static IEnumerable<string> Seeds(int count) => Enumerable.Range(1, count)
        .Select(stream => new PCG((uint)stream, Known).ToString());
}
