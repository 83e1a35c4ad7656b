using IoTOrleans.Chaos.Lines;

namespace IoTOrleans.Chaos.Faults;

/// <summary>
/// Up to three lanes of faults, so that as many are there at a time: what the silos need, what they tell and ask, and they themselves. Each lane goes
/// through all its kinds in random order before it repeats one.
/// </summary>
internal static class FaultPlan
{
    public const int MostLanes = 3;

    private static readonly FaultKind[] ofLines =
        [FaultKind.Resets, FaultKind.Hangs, FaultKind.Errors, FaultKind.Throttling, FaultKind.LostAnswers, FaultKind.SlowAnswers];

    private static readonly FaultKind[] ofProcesses = [FaultKind.Killed, FaultKind.Paused, FaultKind.RollingRestart, FaultKind.AllKilled];

    /// <returns>The faults of each lane, in the order of their times. One lane leaves the time between that a recovery may take.</returns>
    public static IReadOnlyList<IReadOnlyList<PlannedFault>> Of(int seed, TimeSpan duration, int silos, int lanes)
    {
        var (needs, words) = (Kinds(Upstream.DynamoDB, Upstream.Sqs), Kinds(Upstream.Webhook, Upstream.Sns, Upstream.Shadow));
        (string, FaultKind)[] processes = [.. ofProcesses.Select(kind => ("silos", kind))];
        return lanes switch
        {
            1 => [Next(1, [.. needs, .. words, .. processes], gap: (20, 40))],
            2 => [Next(1, [.. needs, .. words], gap: (4, 14)), Next(3, processes, gap: (30, 70))],
            _ => [Next(1, needs, gap: (10, 30)), Next(2, words, gap: (4, 14)), Next(3, processes, gap: (30, 70))],
        };

        List<PlannedFault> Next(int lane, (string, FaultKind)[] kinds, (int, int) gap) => [.. Lane(new Random(seed * 31 + lane), duration, kinds, gap, silos)];
    }

    private static (string Target, FaultKind Kind)[] Kinds(params string[] targets) =>
        [.. from target in targets from kind in ofLines select (target, kind)];

    private static IEnumerable<PlannedFault> Lane(
        Random random, TimeSpan duration, (string Target, FaultKind Kind)[] kinds, (int From, int To) gap, int silos)
    {
        var at = Between(random, gap.From, gap.To);
        while (true)
        {
            random.Shuffle(kinds);
            foreach (var (target, kind) in kinds)
            {
                var lasts = Lasts(random, kind);
                var fault = new PlannedFault(target, kind, at, lasts, Share(random, kind), random.Next(silos));
                if (at + lasts > duration) yield break;
                yield return fault;
                at += lasts + Between(random, gap.From, gap.To);
            }
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
