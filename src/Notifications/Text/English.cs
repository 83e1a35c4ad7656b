using IoTOrleans.Contracts;

namespace IoTOrleans.Notifications.Text;

/// <param name="source">The sender: cluster and region.</param>
internal sealed class English(LocalClock clock, string source)
    : Wording(new("Attributes", "Look", "Reason", "Last heard", "Checked", "Around it", "Usual"), Reasons)
{
    private const string Day = "d MMM";

    private static readonly Dictionary<string, ReasonWords> Reasons = new()
    {
        ["AUTH_ERROR"] = new("Could not authenticate", "check its certificate or credentials"),
        ["CLIENT_INITIATED_DISCONNECT"] = new("Client said goodbye", "switched off, restarted or asleep"),
        ["CLIENT_ERROR"] = new("Broke the MQTT protocol", "check its firmware or client library"),
        ["CONNECTION_LOST"] = new("Connection lost", "no goodbye: check power and network first"),
        ["DUPLICATE_CLIENTID"] = new("Another client took its client ID", "do two devices share one identity?"),
        ["FORBIDDEN_ACCESS"] = new("Policy forbids what it asked for", "check its policy"),
        ["KEEP_ALIVE_TIMEOUT"] = new("Keep-alive timeout", "no goodbye: check power and network first"),
        ["SERVER_ERROR"] = new("Error of the broker"),
        ["SERVER_INITIATED_DISCONNECT"] = new("Closed by the broker"),
        ["API_INITIATED_DISCONNECT"] = new("Closed by an operator", "API_INITIATED_DISCONNECT"),
        ["THROTTLED"] = new("Over a limit of the broker", "does it send too much?"),
        ["WEBSOCKET_TTL_EXPIRATION"] = new("WebSocket reached its longest age"),
        ["CUSTOMAUTH_TTL_EXPIRATION"] = new("Time of its authorizer is over"),

        // Of an incident: not a disconnect.
        ["NEVER_SEEN"] = new("Never seen"),
    };

    public override string Subject(Notification n, string name) => (n.IsTest ? "[TEST] " : "") + n.Event switch
    {
        _ when n.Event.IsOfWatcher() => WatcherSubject(n, name),
        _ when IsOfFlapping(n) => FlappingSubject(n, name),
        NotificationEvent.DeviceNeverSeen => $"[NEVER SEEN] {name} in {Words(n.RecoveredAt is null ? n.Duration : n.Grace)}"
            + (n.RecoveredAt is null ? "" : " (seen since)"),
        NotificationEvent.DeviceRecovered when n.NeverSeen => $"[SEEN] {name} for the first time after {Words(n.Duration)}",
        NotificationEvent.DeviceRecovered => $"[BACK] {name} after {Words(n.Duration)} ({FromTo(n)})",
        NotificationEvent.DeviceRemoved => $"[REMOVED] {name} ({Words(n.Duration)} after {Since(n)})",
        NotificationEvent.DeviceStillOffline => $"[STILL OFFLINE] {name} since {Since(n)} ({Words(n.Duration)}{Of(n, ", ")})",
        _ when n.RecoveredAt is not null => $"[OFFLINE] {name} {FromTo(n)} (back again)",
        _ => $"[OFFLINE] {name} since {Since(n)}{Of(n, " (", ")")}",
    };

    protected override string TestLine => "TEST - somebody asked for this sample. Nothing happened to the thing.";

    protected override string LastLine(Notification n) => n.Event.IsOfWatcher()
        ? $"Blindness {n.OutageId} - told after {Words(n.Grace)} - {source}"
        : $"{(IsOfFlapping(n) ? "Flapping" : "Outage")} {n.OutageId} - {PolicyOf(n)} ({LimitOf(n)}) - {source}";

    protected override string WhatHappened(Notification n)
    {
        var name = LinkFree.Of(n.ThingName);
        return n.Event switch
        {
            NotificationEvent.DeviceNeverSeen =>
                $"{name} has been expected since {Long(n.Since)}. No event of it came in within {Words(n.Grace)}. "
                + (n.RecoveredAt is { } seen ? $"This comes late: it was first seen on {Long(seen)}."
                    : "Is it switched on, and is its name right?"),
            NotificationEvent.DeviceRecovered when n.NeverSeen =>
                $"{name} was seen for the first time on {Long(EndOf(n))}, {Words(n.Duration)} after it was first expected. Nothing to do.",
            NotificationEvent.DeviceRecovered =>
                $"{name} reconnected on {Long(EndOf(n))} after {Words(n.Duration)}{Held(n.RecoveryHold)}. Nothing to do.",
            NotificationEvent.DeviceRemoved =>
                $"{name} was removed from this service {Words(n.Duration)} after {Long(n.Since)}. "
                + "Its alert is closed: no recovery will follow. Nothing to do.",
            NotificationEvent.DeviceStillOffline =>
                $"{name} is still offline: since {Long(n.Since)}, for {Words(n.Duration)} now. Reminder {n.Sequence}.",
            _ when n.RecoveredAt is { } back =>
                $"{name} went offline on {Long(n.Since)} and was away for {Words(n.Duration)}. "
                + $"This comes late: it has been back since {Long(back)}.",
            _ when n.FoundAtStart =>
                $"{name} was connected when the watcher stopped, and has not come back in {Words(n.Duration)} "
                + $"since it started again on {Long(n.Since)}.",
            _ => $"{name} went offline on {Long(n.Since)} and has not come back in {Words(n.Duration)}.",
        };
    }

    protected override IEnumerable<string> Before(Notification n)
    {
        if (n.NotifiedAt is { } told) yield return $"Told you {clock.Beside(EndOf(n), told, "'on 'd MMM", "'at 'HH:mm")}.";
        if (n.ShortReturns == 1) yield return "1 short reconnect in between was counted into the same outage.";
        if (n.ShortReturns > 1) yield return $"{n.ShortReturns} short reconnects in between were counted into the same outage.";
    }

    protected override string InWords(LastHeard heard, DateTimeOffset since) =>
        $"between {clock.Beside(since, heard.NotBefore, Day)} and {clock.Beside(since, heard.NotAfter, Day)}.";

    protected override string Refused(ConnectFailures refused, DateTimeOffset now, string? reason) =>
        $"It is powered and trying: refused {N(refused.Count)} {(refused.Count == 1 ? "time" : "times")} since "
        + $"{clock.Beside(now, refused.Since, Day)}{(reason is null ? "" : $" ({reason})")}. Look at its policy or certificate.";

    protected override string? Checked(Verification verification) => verification switch
    {
        Verification.Confirmed => "asked when the grace was over, and it was still disconnected.",
        Verification.Unanswered => "asked when the grace was over, but got no usable answer; this is based on the events alone.",
        _ => null,
    };

    protected override string InWords(Usual usual) => usual.Within == usual.Outages
        ? $"{usual.Outages} outages so far, all of them over within {Words(usual.Bound)}."
        : $"{usual.Outages} outages so far, {usual.Within} of them over within {Words(usual.Bound)}, "
            + $"the longest within {Words(usual.Longest)}.";

    protected override string InWords(ReasonWords reason) => reason.Hint is not { } hint ? $"{reason.Words}."
        : $"{reason.Words} - {hint}{(hint.EndsWith('?') ? "" : ".")}";

    protected override string Within(string words) =>
        words.TakeWhile(c => c != ' ').Skip(1).Any(char.IsUpper) ? words : char.ToLowerInvariant(words[0]) + words[1..];

    protected override string Share(int percent, string what) => $"{percent} % {what}";

    private static string Of(Notification n, string before, string after = "") =>
        NumbersOf(n) is { } numbers ? $"{before}{N(numbers.Offline)} of {N(numbers.Total)} offline{after}" : "";

    protected override string Others(int offline, int all) => (offline, all) switch
    {
        (0, 1) => "the other thing is not offline.",
        (1, 1) => "the other thing is offline, too.",
        (0, _) => $"none of the other {N(all)} things is offline.",
        (1, _) => $"1 of the other {N(all)} things is offline, too.",
        _ when offline == all => $"all of the other {N(all)} things are offline, too.",
        _ => $"{N(offline)} of the other {N(all)} things are offline, too.",
    };

    protected override string OfflineNow(FleetNumbers numbers) =>
        $"Offline now: {(numbers.Offline == 0 ? "none" : N(numbers.Offline))} of {N(numbers.Total)} things.";

    private static string PolicyOf(Notification n) => n.PolicyMatch is null ? "default policy" : $"policy {LinkFree.Of(n.PolicyMatch)}";

    private static string LimitOf(Notification n) => $"{(n.NeverSeen ? "expected within" : "grace")} {Words(n.Grace)}";

    private static string Held(TimeSpan hold) => hold > TimeSpan.Zero ? $" and has stayed connected for {Words(hold)}" : "";

    private string Since(Notification n) => $"{clock.DayBeside(EndOf(n), n.Since, Day)} {clock.ShortZone(n.Since)}";

    private string FromTo(Notification n) => FromTo(n.Since, EndOf(n));

    private string FromTo(DateTimeOffset from, DateTimeOffset to)
    {
        var dash = clock.SameDay(from, to) && clock.SameZone(from, to) ? "-" : " - ";
        return $"{clock.Beside(to, from, Day)}{dash}{clock.DayBeside(from, to, Day)} {clock.ShortZone(to)}";
    }

    private string Long(DateTimeOffset time) => $"{clock.Format(time, "ddd d MMM yyyy 'at' HH:mm:ss")} {clock.LongZone(time)}";

    private static string Words(TimeSpan duration) => InWords(duration, " s", " min", " h", " d", " ");

    private string FlappingSubject(Notification n, string name) => n switch
    {
        { Event: NotificationEvent.DeviceSteady } => $"[STEADY] {name} again ({n.Drops} short drops {FromTo(n)})",
        { RecoveredAt: not null } => $"[FLAPPING] {name} dropped {n.Drops} times {FromTo(n)} (steady again)",
        _ => $"[FLAPPING] {name} dropped {n.Drops} times since {Since(n)}",
    };

    protected override IEnumerable<string> FlappingLines(Notification n)
    {
        var name = LinkFree.Of(n.ThingName);
        if (n.Event == NotificationEvent.DeviceSteady)
        {
            yield return $"{name} has been connected since {Long(EndOf(n))} without a drop. "
                + $"Before that it had dropped and come back {n.Drops} times in {Words(n.Duration)}. Nothing to do.";
            yield break;
        }

        yield return $"{name} {(n.RecoveredAt is null ? "has dropped and come back" : "dropped and came back")} {n.Drops} times "
            + $"since {Long(n.Since)}, each time within its grace of {Words(n.Grace)}.";
        if (n.RecoveredAt is { } calm)
        {
            yield return $"This comes late: it has been connected since {Long(calm)} without a drop.";
            yield break;
        }

        yield return "Check radio signal and power, and whether two devices share one client id.";
        yield return "Next: one message when it has been connected for an hour without a drop. "
            + "An outage that outlasts its grace is notified as always.";
    }

    private string WatcherSubject(Notification n, string name) => n.Event == NotificationEvent.WatcherOk
        ? $"[WATCHER OK] {name} is up to date again after {Words(n.Duration)} ({FromTo(n)})"
        : $"[WATCHER BLIND] {name} since {Since(n)}";

    protected override IEnumerable<string> WatcherLines(Notification n)
    {
        if (n.Event == NotificationEvent.WatcherOk)
        {
            yield return $"This service is up to date again since {Long(EndOf(n))}. "
                + $"For {Words(n.Duration)} before that it did not know what happened to your things.";
            yield return "Nothing to do: notifications that fell due meanwhile are sent now, if they are still true.";
            yield break;
        }

        yield return $"This service does not know what has happened to your things since {Long(n.Since)}. "
            + "Until it catches up, notifications may be late or out of date.";
        yield return "Look at the event queue (can it be reached, is it growing?), at storage, and at this service's log.";
        yield return "Next: one message when it is up to date again.";
    }

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
                + "not counting those that were notified one by one. Nothing to do.";
        }
        else if (n.Event == FleetEvent.FleetRecovered)
        {
            yield return n.Back == 0
                ? $"{Things(n.Count)} went offline from {Long(n.StartedAt)} on; all of them have been removed since. Nothing to do."
                : $"{Things(n.Back)} went offline from {Long(n.StartedAt)} on; "
                    + $"the last of them came back on {Long(n.LastAt)}. Nothing to do.";
        }
        else
        {
            yield return n.Number > 1 && n.Joined > 0
                ? $"{N(n.Joined)} more went offline since the last message, {Things(n.Count)} by now: {NewestOf(n, ", ")}"
                : $"{Things(n.Count)} went offline{(AllAtOnce(n) ? " at about the same time" : "")}, "
                    + "not counting those that were notified one by one.";
            yield return $"Started: {Long(n.StartedAt)}, the last one at {LastBesideStart(n)}.";
            yield return n.Growing ? "Still growing: yes." : "Still growing: no.";
            if (n.Back > 0) yield return $"Back: {N(n.Back)} of {N(n.Count)}.";
        }

        if (n.Removed > 0) yield return $"Removed meanwhile: {N(n.Removed)}.";
        if (Shares(n) is { Count: > 0 } shares) yield return $"In common: {string.Join("; ", shares)}";
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
        return $"- {LinkFree.Of(thing.ThingName)}: {Words(now - thing.Since)}, since {Moment(thing.Since, now)}, {told}"
            + (thing.IsNew ? " - new" : "");
    }

    private static string InWords(FlakyThing thing)
    {
        var drops = $"{LinkFree.Of(thing.ThingName)} ({N(thing.Drops)} drops or more";
        return Usual.Of(thing.Durations) is not { } usual ? $"{drops})"
            : $"{drops}; of {N(usual.Outages)} so far {N(usual.Within)} were over within {Words(usual.Bound)}, "
                + $"the longest within {Words(usual.Longest)})";
    }

    private string Moment(DateTimeOffset time, DateTimeOffset other) => clock.Beside(other, time, Day);
}
