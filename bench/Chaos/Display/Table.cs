using IoTOrleans.Chaos.Faults;
using IoTOrleans.Chaos.Judging;

namespace IoTOrleans.Chaos.Display;

/// <summary>What stands at the end, as Markdown, so that it can go into docs/testing.md as it is.</summary>
internal static class Table
{
    /// <summary>A telling that is no later than this after the end of the grace is on time.</summary>
    private static readonly TimeSpan Punctual = TimeSpan.FromSeconds(5);

    /// <summary>What is asked for after a fault that was alone (<c>--lanes 1</c>).</summary>
    private static readonly TimeSpan Median = TimeSpan.FromSeconds(30), Longest = TimeSpan.FromSeconds(90);

    /// <summary>After a silo was killed: the visibility timeout of what it had in hand, and a moment.</summary>
    private static readonly TimeSpan Killed = TimeSpan.FromSeconds(30 + 15);

    public static string Of(IEnumerable<Injection> injections, Verdict verdict)
    {
        var all = injections.ToList();
        return string.Join(
            Environment.NewLine,
            [
                "| fault | times | due meanwhile | told late | recovery, median | longest | needed |",
                "|---|---|---|---|---|---|---|",
                .. all.GroupBy(injection => injection.Fault.Name).OrderBy(kind => kind.Key, StringComparer.Ordinal)
                .Select(kind => Row(kind.Key, [.. kind], verdict)),
                .. all.Count > 0 ? [Row("any", all, verdict)] : Array.Empty<string>(),
            ]);
    }

    /// <summary>Each that was told late, fault by fault: where to look in the silos' logs.</summary>
    public static IEnumerable<string> Late(IEnumerable<Injection> injections, Verdict verdict) =>
        from injection in injections
        from outage in Due(injection, verdict)
        where outage.Told > outage.Due + Punctual
        orderby injection.Began, outage.Told
        select $"{injection.Fault.Name} ({injection.Began:HH:mm:ss} to {injection.Ended:HH:mm:ss}): due {outage.Due:HH:mm:ss.f}, "
            + $"told {outage.Told:HH:mm:ss.f}"
            + string.Join($"{Environment.NewLine}    ", outage.Absence.Story().Prepend(""));

    private static string Row(string name, List<Injection> kind, Verdict verdict)
    {
        var meanwhile = kind.Select(injection => (injection.Ended, Due: Due(injection, verdict).ToList())).ToList();
        var late = meanwhile.Select(
            fault => (fault.Ended, Late: fault.Due.Where(outage => outage.Told > outage.Due + Punctual).ToList())).ToList();
        var recovery = late.Select(fault => fault.Late.Count == 0 || fault.Ended is null
            ? TimeSpan.Zero
            : Positive(fault.Late.Max(outage => outage.Told)!.Value - fault.Ended.Value))
            .Order().ToList();
        var needed = name == "any" ? $"{Median.TotalSeconds:0} s, {Longest.TotalSeconds:0} s"
            : $"{(kind[0].Fault.Kind is FaultKind.Killed or FaultKind.AllKilled ? Killed : Longest).TotalSeconds:0} s";
        return $"| {name} | {kind.Count} | {meanwhile.Sum(fault => fault.Due.Count)} | {late.Sum(fault => fault.Late.Count)} "
            + $"| {recovery[recovery.Count / 2].TotalSeconds:0} s | {recovery[^1].TotalSeconds:0} s | {needed} |";
    }

    private static IEnumerable<(Absence Absence, DateTimeOffset Due, DateTimeOffset? Told)> Due(Injection injection, Verdict verdict) =>
        verdict.Times.Where(outage => outage.Due >= injection.Began && outage.Due <= (injection.Healed ?? DateTimeOffset.MaxValue));

    private static TimeSpan Positive(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.Zero;
}
