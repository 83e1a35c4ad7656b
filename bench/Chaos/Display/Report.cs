using IoTOrleans.Chaos.Faults;
using IoTOrleans.Chaos.Judging;
using IoTOrleans.Chaos.Silos;

namespace IoTOrleans.Chaos.Display;

internal static class Report
{
    public static string Of(ChaosOptions options, IReadOnlyCollection<Injection> injections, Verdict verdict, Flotilla silos, Inbox inbox)
    {
        var lines = new List<string>
        {
            "",
            Table.Of(injections, verdict),
            "",
            "| absences | outages | due | told | lost | false | repeated | over before it could be told |",
            "|---|---|---|---|---|---|---|---|",
            $"| {verdict.Absences} | {verdict.Outages} | {verdict.Due} | {verdict.Told} | {verdict.Owed.Count} | {verdict.False.Count} | "
                + $"{verdict.Repeated} | {verdict.OverInTrouble} |",
            "",
            $"Seed {options.Seed}, {options.Duration} of faults, {options.Silos} silos ({silos.DiedByThemselves} times one "
                + $"ended by itself), {options.Things} things, {options.Lanes} lanes.",
        };
        if (inbox.Others.Count > 0)
            lines.Add($"Other notices: {string.Join(", ", inbox.Others.Select(other => $"{other.Value} {other.Key}"))}");
        Add("LOST", verdict.Owed);
        Add("LOST RECOVERY", verdict.RecoveriesOwed);
        Add("FALSE", verdict.False);
        Add("WRONG", verdict.Wrong);
        lines.Add(verdict.IsClean ? "Nothing lost, nothing false." : "BROKEN PROMISES: see above.");
        return string.Join(Environment.NewLine, lines);

        void Add(string what, List<string> cases) => lines.AddRange(cases.Select(text => $"{what}: {text}"));
    }
}
