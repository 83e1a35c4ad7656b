using IoTOrleans.Contracts;

namespace IoTOrleans.Notifications.Text;

/// <summary>What is said of one thing, and of the service itself.</summary>
/// <param name="source">Who speaks: cluster and region.</param>
internal sealed partial class English(LocalClock clock, string source) : Wording
{
    private const string Day = "d MMM";

    private static readonly Dictionary<string, string> Reasons = new()
    {
        ["AUTH_ERROR"] = "it could not authenticate - look at its certificate or credentials.",
        ["CLIENT_INITIATED_DISCONNECT"] = "the device said goodbye itself - switched off, restarted or asleep.",
        ["CLIENT_ERROR"] = "the device broke the rules of MQTT - look at its firmware or client library.",
        ["CONNECTION_LOST"] = "connection lost - no goodbye from the device, so think of power or network first.",
        ["DUPLICATE_CLIENTID"] = "another connection took its client id - do two devices share one identity?",
        ["FORBIDDEN_ACCESS"] = "it asked for something that its policy forbids - look at its policy.",
        ["MQTT_KEEP_ALIVE_TIMEOUT"] = "MQTT keep-alive timeout - no goodbye from the device, so think of power or network first.",
        ["SERVER_ERROR"] = "an error on the broker's side.",
        ["SERVER_INITIATED_DISCONNECT"] = "the broker closed the connection.",
        ["API_INITIATED_DISCONNECT"] = "somebody closed the connection through the API.",
        ["THROTTLED"] = "it exceeded a limit of the broker and was cut off.",
        ["WEBSOCKET_TTL_EXPIRATION"] = "its WebSocket connection reached the longest age allowed.",
        ["CUSTOMAUTH_TTL_EXPIRATION"] = "the time that the custom authorizer granted it ran out.",
    };

    public override string Subject(Notification n, string name) => (n.IsTest ? "[TEST] " : "") + n.Event switch
    {
        _ when n.Event.IsOfWatcher() => WatcherSubject(n, name),
        _ when IsOfFlapping(n) => FlappingSubject(n, name),
        NotificationEvent.DeviceRecovered => $"[BACK] {name} after {Words(n.Duration)} ({FromTo(n)})",
        NotificationEvent.DeviceRemoved => $"[REMOVED] {name} ({Words(n.Duration)} after {Since(n)})",
        NotificationEvent.DeviceStillOffline => $"[STILL OFFLINE] {name} since {Since(n)} ({Words(n.Duration)})",
        _ when n.RecoveredAt is not null => $"[OFFLINE] {name} {FromTo(n)} (back again)",
        _ => $"[OFFLINE] {name} since {Since(n)}",
    };

    public override IEnumerable<string> Lines(Notification n, string? url)
    {
        if (n.IsTest) yield return "TEST - somebody asked for this sample. Nothing happened to the thing.";
        var story = n.Event.IsOfWatcher() ? WatcherLines(n) : IsOfFlapping(n) ? FlappingLines(n) : OutageLines(n);
        foreach (var line in story) yield return line;
        if (AttributesOf(n) is { } attributes) yield return $"Attributes: {attributes}";
        if (url is not null) yield return $"Look: {url}";
        yield return n.Event.IsOfWatcher()
            ? $"Blindness {n.OutageId} - told after {Words(n.Grace)} - {source}"
            : $"{(IsOfFlapping(n) ? "Flapping" : "Outage")} {n.OutageId} - {RuleOf(n)} (grace {Words(n.Grace)}) - {source}";
    }

    private IEnumerable<string> OutageLines(Notification n)
    {
        yield return WhatHappened(n);
        if (n.Event is NotificationEvent.DeviceRecovered or NotificationEvent.DeviceRemoved)
        {
            if (Before(n) is { } before) yield return before;
            yield break;
        }

        if (ReasonOf(n, Reasons) is { } reason) yield return $"Reason: {reason}";
        if (Checked(n.Verification) is { } check) yield return $"Checked: {check}";
        if (Usual.Of(n.Durations) is { } usual) yield return $"Usual: {InWords(usual)}";
    }

    private string WhatHappened(Notification n)
    {
        var name = Characters.Printable(n.ThingName);
        return n.Event switch
        {
            NotificationEvent.DeviceRecovered =>
                $"{name} reconnected on {Long(EndOf(n))} after {Words(n.Duration)}{Held(n.RecoveryHold)}. Nothing to do.",
            NotificationEvent.DeviceRemoved =>
                $"{name} was removed from the watcher {Words(n.Duration)} after {Long(n.Since)}. "
                + "Its alert is over: nobody will say that it is back. Nothing to do.",
            NotificationEvent.DeviceStillOffline =>
                $"{name} is still offline: since {Long(n.Since)}, for {Words(n.Duration)} by now. Reminder {n.Sequence}.",
            _ when n.RecoveredAt is { } back =>
                $"{name} went offline on {Long(n.Since)} and was away for {Words(n.Duration)}. "
                + $"This comes late: it has been back since {Long(back)}.",
            _ when n.FoundAtStart =>
                $"{name} was connected when the watcher stopped, and has not come back in {Words(n.Duration)} "
                + $"since it started again on {Long(n.Since)}.",
            _ => $"{name} went offline on {Long(n.Since)} and has not come back in {Words(n.Duration)}.",
        };
    }

    private string? Before(Notification n)
    {
        List<string> sentences = [];
        if (n.NotifiedAt is { } told)
        {
            sentences.Add($"Told you {clock.Beside(EndOf(n), told, "'on 'd MMM", "'at 'HH:mm")}.");
        }
        if (n.ShortReturns == 1) sentences.Add("1 short reconnect in between was counted into the same outage.");
        if (n.ShortReturns > 1) sentences.Add($"{n.ShortReturns} short reconnects in between were counted into the same outage.");
        return sentences.Count == 0 ? null : string.Join(' ', sentences);
    }

    private static string? Checked(Verification verification) => verification switch
    {
        Verification.Confirmed => "asked when the grace was over, and it was still disconnected.",
        Verification.Unanswered => "asked when the grace was over, but no answer came that counts; this rests on the events alone.",
        _ => null,
    };

    private static string InWords(Usual usual) => usual.Within == usual.Outages
        ? $"{usual.Outages} outages so far, all of them over within {Words(usual.Bound)}."
        : $"{usual.Outages} outages so far, {usual.Within} of them over within {Words(usual.Bound)}, "
            + $"the longest within {Words(usual.Longest)}.";

    private static string RuleOf(Notification n) => n.PolicyMatch is null ? "default rule" : $"rule {Characters.Printable(n.PolicyMatch)}";

    private static string Held(TimeSpan hold) => hold > TimeSpan.Zero ? $" and has stayed connected for {Words(hold)}" : "";

    private string Since(Notification n) => $"{clock.DayBeside(EndOf(n), n.Since, Day)} {clock.ShortZone(n.Since)}";

    private string FromTo(Notification n) => FromTo(n.Since, EndOf(n));

    /// <summary>Both days where there are two, and both zones.</summary>
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

    private IEnumerable<string> FlappingLines(Notification n)
    {
        var name = Characters.Printable(n.ThingName);
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

        yield return "Think of weak radio or power, or of two devices with one client id.";
        yield return "Next: one message when it has been connected for an hour without a drop. "
            + "An outage that outlasts its grace is told as always.";
    }

    private string WatcherSubject(Notification n, string name) => n.Event == NotificationEvent.WatcherOk
        ? $"[WATCHER OK] {name} knows again after {Words(n.Duration)} ({FromTo(n)})"
        : $"[WATCHER BLIND] {name} since {Since(n)}";

    private IEnumerable<string> WatcherLines(Notification n)
    {
        if (n.Event == NotificationEvent.WatcherOk)
        {
            yield return $"What happened to your things is known again since {Long(EndOf(n))}; "
                + $"before that it was not for {Words(n.Duration)}.";
            yield return "Nothing to do: what fell due meanwhile is told now, as far as it is still so.";
            yield break;
        }

        yield return $"What happened to your things since {Long(n.Since)} is not known here. "
            + "Until it is, their absence may be told late, or from old news.";
        yield return "Look at the event queue (can it be reached, is it growing?), at storage, and at this service's log.";
        yield return "Next: one message when it is known again.";
    }
}
