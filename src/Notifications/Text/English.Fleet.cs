namespace IoTOrleans.Notifications.Text;

/// <summary>What is said of many things at once: incidents and the daily list.</summary>
internal sealed partial class English
{
    public override string Subject(FleetNotification n)
    {
        if (n.Event == FleetEvent.FleetRecovered)
        {
            if (n.Back == 0) return $"[CLOSED] {Things(n.Count)} of an outage were removed ({Start(n)})";
            var after = n.OnlyReturns ? "" : $" after {Words(n.LastAt - n.StartedAt)}";
            return $"[BACK] {Things(n.Back)} back{after} ({FromTo(n.StartedAt, n.LastAt)})";
        }

        var of = n.Total is { } total ? $" of {N(total)}" : "";
        return $"[OUTAGE] {N(n.Count - n.Back)}{of} offline since {Start(n)}{(n.Back == 0 ? "" : $", {N(n.Back)} back")}";
    }

    public override IEnumerable<string> Lines(FleetNotification n, string? url)
    {
        if (n.OnlyReturns)
        {
            yield return $"{Things(n.Back)} came back between {Long(n.StartedAt)} and {LastBesideStart(n)}, "
                + "beside those told one by one. Nothing to do.";
        }
        else if (n.Event == FleetEvent.FleetRecovered)
        {
            yield return n.Back == 0
                ? $"{Things(n.Count)} went offline from {Long(n.StartedAt)} on; nobody waits for their return any more. Nothing to do."
                : $"{Things(n.Back)} went offline from {Long(n.StartedAt)} on; "
                    + $"the last of them came back on {Long(n.LastAt)}. Nothing to do.";
        }
        else
        {
            yield return n.Number > 1 && n.Joined > 0
                ? $"{N(n.Joined)} more went offline since the last message, {Things(n.Count)} by now: {NewestOf(n, ", ")}"
                : $"{Things(n.Count)} went offline{(AllAtOnce(n) ? " at about the same time" : "")}, beside those told one by one.";
            yield return $"Started: {Long(n.StartedAt)}, the last one at {LastBesideStart(n)}.";
            yield return n.Growing ? "Still growing: yes." : "Still growing: no.";
            if (n.Back > 0) yield return $"Back: {N(n.Back)} of {N(n.Count)}.";
        }

        if (n.Removed > 0) yield return $"Removed meanwhile, and not waited for: {N(n.Removed)}.";
        if (Shares(n, reason => reason.ToLowerInvariant().Replace('_', ' ')) is { Count: > 0 } shares)
            yield return $"In common: {string.Join("; ", shares)}";
        if (n is { Event: FleetEvent.FleetOutage, Total: { } total } && total > n.Count)
            yield return $"Not affected: {N(total - n.Count)} of {N(total)} are not among these.";
        var more = n.Count - n.Things.Count;
        yield return $"Things: {NamesOf(n, ", ")}{(more > 0 ? $" and {N(more)} more" : "")}";
        if (url is not null) yield return $"Look: {url}";
        if (n.Event == FleetEvent.FleetOutage)
        {
            yield return "Next: an update soon if more go offline, every 5 minutes at most if some come back, "
                + "and one message when all of them are back.";
        }

        yield return $"Incident {n.IncidentId} - {source}";
    }

    private static string Things(int count) => count == 1 ? "1 thing" : $"{N(count)} things";

    private string Start(FleetNotification n) => $"{clock.DayBeside(n.LastAt, n.StartedAt, Day)} {clock.ShortZone(n.StartedAt)}";

    private string LastBesideStart(FleetNotification n) => clock.Beside(n.StartedAt, n.LastAt, Day, "HH:mm:ss");

    public override string Subject(FleetSummary s) =>
        $"[DAILY] {N(s.Count)} offline, {(s.New > 0 ? N(s.New) : "none")} of them new "
        + $"({clock.Format(s.ListedAt, "ddd d MMM HH:mm")} {clock.ShortZone(s.ListedAt)})";

    public override IEnumerable<string> Lines(FleetSummary s, string? url)
    {
        var (are, muted) = (s.Count == 1 ? "thing is" : "things are", s.Muted > 0 ? $" Muted: {N(s.Muted)}." : "");
        yield return $"{N(s.Count)} {are} offline on {clock.Format(s.ListedAt, "ddd d MMM yyyy 'at' HH:mm")} {clock.LongZone(s.ListedAt)}. "
            + $"New since {Moment(s.NewSince, s.ListedAt)}: {N(s.New)}.{muted}";

        var things = ThingLines(s, thing => Line(thing, s.ListedAt));
        foreach (var thing in things) yield return thing;
        if (s.Count > things.Count) yield return $"and {N(s.Count - things.Count)} more";

        if (s.KeptQuiet > 0)
        {
            yield return $"Kept quiet since then: at least {N(s.KeptQuiet)} short drop{(s.KeptQuiet == 1 ? "" : "s")}, "
                + "counted at the things that are not well now.";
        }

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
        return $"- {Characters.Printable(thing.ThingName)}: {Words(now - thing.Since)}, since {Moment(thing.Since, now)}, {told}"
            + (thing.IsNew ? " - new" : "");
    }

    private static string InWords(FlakyThing thing)
    {
        var drops = $"{Characters.Printable(thing.ThingName)} ({N(thing.Drops)} drops or more";
        return Usual.Of(thing.Durations) is not { } usual ? $"{drops})"
            : $"{drops}; of {N(usual.Outages)} so far {N(usual.Within)} were over within {Words(usual.Bound)}, "
                + $"the longest within {Words(usual.Longest)})";
    }

    private string Moment(DateTimeOffset time, DateTimeOffset other) => clock.Beside(other, time, Day);
}
