using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Silo.Notifications.Text;

/// <param name="source">Who speaks: cluster and region.</param>
internal sealed class FleetEnglish(LocalClock clock, string source) : FleetWording
{
    public override string Subject(FleetNotification n)
    {
        if (n.Event == FleetEvent.FleetRecovered)
        {
            if (n.Back == 0) return $"[CLOSED] {Things(n.Count)} of an outage were removed ({clock.DayBeside(n.LastAt, n.StartedAt, English.Day)} {clock.ShortZone(n.StartedAt)})";
            var after = n.OnlyReturns ? "" : $" after {English.Words(n.LastAt - n.StartedAt)}";
            return $"[BACK] {Things(n.Back)} back{after} ({English.FromTo(clock, n.StartedAt, n.LastAt)})";
        }

        var of = n.Total is { } total ? $" of {N(total)}" : "";
        var since = $"since {clock.DayBeside(n.LastAt, n.StartedAt, English.Day)} {clock.ShortZone(n.StartedAt)}";
        return n.Back == 0 ? $"[OUTAGE] {N(n.Count)}{of} offline {since}" : $"[OUTAGE] {N(n.Count - n.Back)}{of} offline {since}, {N(n.Back)} back";
    }

    public override IEnumerable<string> Lines(FleetNotification n, string? url)
    {
        if (n.OnlyReturns)
        {
            yield return $"{Things(n.Back)} came back between {Long(n.StartedAt)} and {LastBesideStart(n)}, beside those told one by one. Nothing to do.";
        }
        else if (n.Event == FleetEvent.FleetRecovered)
        {
            yield return n.Back == 0
                ? $"{Things(n.Count)} went offline from {Long(n.StartedAt)} on; nobody waits for their return any more. Nothing to do."
                : $"{Things(n.Back)} went offline from {Long(n.StartedAt)} on; the last of them came back on {Long(n.LastAt)}. Nothing to do.";
        }
        else
        {
            if (n.Number > 1 && n.Joined > 0) yield return $"{N(n.Joined)} more went offline since the last message, {Things(n.Count)} by now: {NewestOf(n, ", ")}";
            else yield return $"{Things(n.Count)} went offline{(AllAtOnce(n) ? " at about the same time" : "")}, beside those told one by one.";
            yield return $"Started: {Long(n.StartedAt)}, the last one at {LastBesideStart(n)}.";
            yield return n.Growing ? "Still growing: yes." : "Still growing: no.";
            if (n.Back > 0) yield return $"Back: {N(n.Back)} of {N(n.Count)}.";
        }

        if (n.Removed > 0) yield return $"Removed meanwhile, and not waited for: {N(n.Removed)}.";
        if (Shares(n, reason => reason.ToLowerInvariant().Replace('_', ' ')).ToList() is { Count: > 0 } shares) yield return $"In common: {string.Join("; ", shares)}";
        if (n is { Event: FleetEvent.FleetOutage, Total: { } total } && total > n.Count) yield return $"Not affected: {N(total - n.Count)} of {N(total)} are not among these.";
        var more = n.Count - n.Things.Count;
        yield return $"Things: {NamesOf(n, ", ")}{(more > 0 ? $" and {N(more)} more" : "")}";
        if (url is not null) yield return $"Look: {url}";
        if (n.Event == FleetEvent.FleetOutage) yield return "Next: an update soon if more go offline, every 5 minutes at most if some come back, and one message when all of them are back.";
        yield return $"Incident {n.IncidentId} - {source}";
    }

    private static string Things(int count) => count == 1 ? "1 thing" : $"{N(count)} things";

    private string LastBesideStart(FleetNotification n) => clock.Beside(n.StartedAt, n.LastAt, English.Day, "HH:mm:ss");

    private string Long(DateTimeOffset time) => $"{clock.Format(time, "ddd d MMM yyyy 'at' HH:mm:ss")} {clock.LongZone(time)}";
}
