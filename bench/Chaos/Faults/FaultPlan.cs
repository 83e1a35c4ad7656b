using IoTOrleans.Chaos.Lines;

namespace IoTOrleans.Chaos.Faults;

/// <summary>
/// Up to three lanes of faults, so that as many are there at a time: what the silos need, what they tell and ask, and they themselves. Each
/// lane goes through all its kinds in random order before it repeats one.
/// </summary>
internal static class FaultPlan
{
    public const int MostLanes = 3;

    private static readonly FaultKind[] OfLines =
        [FaultKind.Resets, FaultKind.Hangs, FaultKind.Errors, FaultKind.Throttling, FaultKind.LostAnswers, FaultKind.SlowAnswers];

    private static readonly FaultKind[] OfProcesses = [FaultKind.Killed, FaultKind.Paused, FaultKind.RollingRestart, FaultKind.AllKilled];

    /// <returns>
    /// The faults of each lane, in the order of their times. Where there is one lane only, it takes from each group in turn.
    /// </returns>
    public static IReadOnlyList<IReadOnlyList<PlannedFault>> Of(int seed, TimeSpan duration, int silos, int lanes)
    {
        var (needs, words) = (Kinds(Upstream.DynamoDB, Upstream.Sqs), Kinds(Upstream.Webhook, Upstream.Sns, Upstream.Shadow));
        (string, FaultKind)[] processes = [.. OfProcesses.Select(kind => ("silos", kind))];
        return lanes switch
        {
            // What one fault leaves behind is over before the next.
            1 => [Next(1, gap: (45, 60), needs, words, processes)],
            2 => [Next(1, gap: (4, 14), needs, words), Next(3, gap: (30, 70), processes)],
            _ => [Next(1, gap: (10, 30), needs), Next(2, gap: (4, 14), words), Next(3, gap: (30, 70), processes)],
        };

        List<PlannedFault> Next(int lane, (int, int) gap, params (string, FaultKind)[][] groups) =>
            [.. Lane(new Random(seed * 31 + lane), duration, groups, gap, silos)];
    }

    private static (string Target, FaultKind Kind)[] Kinds(params string[] targets) =>
        [.. from target in targets from kind in OfLines select (target, kind)];

    private static IEnumerable<PlannedFault> Lane(
        Random random, TimeSpan duration, (string Target, FaultKind Kind)[][] groups, (int From, int To) gap, int silos)
    {
        var at = Between(random, gap.From, gap.To);
        for (var turn = 0; ; turn++)
        {
            var (kinds, next) = (groups[turn % groups.Length], turn / groups.Length);
            if (next % kinds.Length == 0) random.Shuffle(kinds);
            var (target, kind) = kinds[next % kinds.Length];
            var lasts = Lasts(random, kind);
            var fault = new PlannedFault(target, kind, at, lasts, Share(random, kind), random.Next(silos));
            if (at + lasts > duration) yield break;
            yield return fault;
            at += lasts + Between(random, gap.From, gap.To);
        }
    }

    private static TimeSpan Lasts(Random random, FaultKind kind) => kind switch
    {
        FaultKind.Killed or FaultKind.AllKilled => TimeSpan.Zero,
        FaultKind.RollingRestart => TimeSpan.FromSeconds(15),
        FaultKind.Paused => Between(random, 25, 35),
        FaultKind.Hangs => Between(random, 15, 25),
        _ => Between(random, 6, 20),
    };

    /// <summary>Half of them total, the others so that some requests come through.</summary>
    private static double Share(Random random, FaultKind kind) =>
        kind == FaultKind.SlowAnswers || random.Next(2) == 0 ? 1 : 0.3 + (random.NextDouble() * 0.5);

    private static TimeSpan Between(Random random, double from, double to) =>
        TimeSpan.FromSeconds(Math.Round(from + (random.NextDouble() * (to - from)), 1));
}
