using IoTOrleans.Chaos.Faults;
using IoTOrleans.Chaos.Judging;

namespace IoTOrleans.Chaos.Display;

/// <summary>What stands at the end, as Markdown, so that it can go into docs/testing.md as it is.</summary>
internal static class Table
{
    /// <summary>A telling that is no later than this after the end of the grace is on time.</summary>
    private static readonly TimeSpan punctual = TimeSpan.FromSeconds(5);

    public static string Of(IEnumerable<Injection> injections, Verdict verdict) => string.Join(
        Environment.NewLine,
        [
            "| fault | times | due meanwhile | told late | recovery, median | longest |",
            "|---|---|---|---|---|---|",
            .. injections.GroupBy(injection => injection.Fault.Name).OrderBy(kind => kind.Key, StringComparer.Ordinal).Select(kind => Row(kind.Key, [.. kind], verdict)),
        ]);

    private static string Row(string name, IReadOnlyList<Injection> kind, Verdict verdict)
    {
        var meanwhile = kind.Select(injection => (injection.Ended, Due: Due(injection, verdict).ToList())).ToList();
        var late = meanwhile.Select(fault => (fault.Ended, Late: fault.Due.Where(outage => outage.Told > outage.Due + punctual).ToList())).ToList();
        var recovery = late.Select(fault => fault.Late.Count == 0 || fault.Ended is null ? TimeSpan.Zero : Positive(fault.Late.Max(outage => outage.Told)!.Value - fault.Ended.Value))
            .Order().ToList();
        return $"| {name} | {kind.Count} | {meanwhile.Sum(fault => fault.Due.Count)} | {late.Sum(fault => fault.Late.Count)} "
            + $"| {recovery[recovery.Count / 2].TotalSeconds:0} s | {recovery[^1].TotalSeconds:0} s |";
    }

    private static IEnumerable<(DateTimeOffset Due, DateTimeOffset? Told)> Due(Injection injection, Verdict verdict) =>
        verdict.Times.Where(outage => outage.Due >= injection.Began && outage.Due <= (injection.Healed ?? DateTimeOffset.MaxValue));

    private static TimeSpan Positive(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.Zero;
}
