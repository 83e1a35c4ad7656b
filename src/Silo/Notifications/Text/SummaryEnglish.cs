using IoTOrleans.Grains.Logging;
using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Silo.Notifications.Text;

/// <param name="source">Who speaks: cluster and region.</param>
internal sealed class SummaryEnglish(LocalClock clock, string source) : SummaryWording
{
    public override string Subject(FleetSummary s) =>
        $"[DAILY] {N(s.Count)} offline{(s.New > 0 ? $", {N(s.New)} of them new" : ", none of them new")} ({clock.Format(s.ListedAt, "ddd d MMM HH:mm")} {clock.ShortZone(s.ListedAt)})";

    public override IEnumerable<string> Lines(FleetSummary s, string? url)
    {
        var (are, muted) = (s.Count == 1 ? "thing is" : "things are", s.Muted > 0 ? $" Muted: {N(s.Muted)}." : "");
        yield return $"{N(s.Count)} {are} offline on {clock.Format(s.ListedAt, "ddd d MMM yyyy 'at' HH:mm")} {clock.LongZone(s.ListedAt)}. "
            + $"New since {Moment(s.NewSince, s.ListedAt)}: {N(s.New)}.{muted}";

        var things = ThingLines(s, thing => Line(thing, s.ListedAt));
        foreach (var thing in things) yield return thing;
        if (s.Count > things.Count) yield return $"and {N(s.Count - things.Count)} more";

        if (s.KeptQuiet > 0)
            yield return $"Kept quiet since then: at least {N(s.KeptQuiet)} short drop{(s.KeptQuiet == 1 ? "" : "s")}, counted at the things that are not well now.";
        if (s.Flakiest.Count > 0) yield return $"Flakiest of those: {string.Join("; ", s.Flakiest.Select(InWords))}";
        if (url is not null) yield return $"Look: {url}";
        yield return $"Summary {s.Id} - {source}";
    }

    private string Line(SummaryThing thing, DateTimeOffset now)
    {
        var told = (thing.Muted, thing.NotifiedAt) switch
        {
            (true, null) => "muted",
            (true, { } at) => $"told {Moment(at, now)}, muted",
            (false, { } at) => $"told {Moment(at, now)}",
            _ => "not told yet",
        };
        return $"- {Characters.Printable(thing.ThingName)}: {English.Words(now - thing.Since)}, since {Moment(thing.Since, now)}, {told}{(thing.IsNew ? " - new" : "")}";
    }

    private static string InWords(FlakyThing thing)
    {
        var drops = $"{Characters.Printable(thing.ThingName)} ({N(thing.Drops)} drops or more";
        return Usual.Of(thing.Durations) is not { } usual ? $"{drops})"
            : $"{drops}; of {N(usual.Outages)} so far {N(usual.Within)} were over within {English.Words(usual.Bound)}, the longest within {English.Words(usual.Longest)})";
    }

    private string Moment(DateTimeOffset time, DateTimeOffset other) => clock.Beside(other, time, English.Day);
}
