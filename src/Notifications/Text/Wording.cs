using IoTOrleans.Contracts;

namespace IoTOrleans.Notifications.Text;

/// <summary>What stands before the colon of a line.</summary>
internal sealed record Labels(
    string Attributes, string Look, string Reason, string LastHeard, string Checked, string Around, string Usual);

/// <param name="Words">What happened.</param>
/// <param name="Hint">What to look at first; null: nothing to say.</param>
internal sealed record ReasonWords(string Words, string? Hint = null);

/// <summary>A language. A line that would have to say "unknown" is left out.</summary>
/// <param name="reasons">By AWS's name of a disconnect reason without <c>MQTT_</c>. The fleet page has the same words.</param>
/// <param name="sentenceGap">Between two sentences.</param>
internal abstract class Wording(Labels labels, IReadOnlyDictionary<string, ReasonWords> reasons, string sentenceGap = " ")
{
    /// <summary>State first, name second, local time third.</summary>
    public abstract string Subject(Notification n, string name);

    public IEnumerable<string> Lines(Notification n, string? url)
    {
        if (n.IsTest) yield return TestLine;
        var story = n.Event.IsOfWatcher() ? WatcherLines(n) : IsOfFlapping(n) ? FlappingLines(n) : OutageLines(n);
        foreach (var line in story) yield return line;
        if (AttributesOf(n) is { } attributes) yield return $"{labels.Attributes}: {attributes}";
        if (url is not null) yield return $"{labels.Look}: {url}";
        yield return LastLine(n);
    }

    private IEnumerable<string> OutageLines(Notification n)
    {
        yield return WhatHappened(n);
        if (n.Event is NotificationEvent.DeviceRecovered or NotificationEvent.DeviceRemoved)
        {
            if (string.Join(sentenceGap, Before(n)) is { Length: > 0 } before) yield return before;
            if (NumbersOf(n) is { } now) yield return OfflineNow(now);
            yield break;
        }

        if (ReasonOf(n) is { } reason) yield return $"{labels.Reason}: {reason}";
        if (n.LastHeard is { } heard) yield return $"{labels.LastHeard}: {InWords(heard, n.Since)}";
        if (n is { Refused: { } refused, RecoveredAt: null }) yield return Refused(refused, EndOf(n), ReasonOf(refused));
        if (!n.NeverSeen && Checked(n.Verification) is { } check) yield return $"{labels.Checked}: {check}";
        if (NumbersOf(n) is { } numbers) yield return $"{labels.Around}: {Others(numbers.Offline - 1, numbers.Total - 1)}";
        if (Usual.Of(n.Durations) is { } usual) yield return $"{labels.Usual}: {InWords(usual)}";
    }

    protected abstract string TestLine { get; }

    protected abstract string LastLine(Notification n);

    protected abstract IEnumerable<string> WatcherLines(Notification n);

    protected abstract IEnumerable<string> FlappingLines(Notification n);

    protected abstract string WhatHappened(Notification n);

    /// <summary>Sentences about what went before the end of an outage.</summary>
    protected abstract IEnumerable<string> Before(Notification n);

    /// <param name="since">When it disconnected, which the reader knows.</param>
    protected abstract string InWords(LastHeard heard, DateTimeOffset since);

    /// <param name="now">The moment that the notification is about.</param>
    protected abstract string Refused(ConnectFailures refused, DateTimeOffset now, string? reason);

    protected abstract string? Checked(Verification verification);

    /// <summary>So many of the other things are offline, too.</summary>
    protected abstract string Others(int offline, int all);

    protected abstract string OfflineNow(FleetNumbers numbers);

    protected abstract string InWords(Usual usual);

    protected abstract string InWords(ReasonWords reason);

    /// <summary>Of how many things how many are offline; null: not known, or there is only this one.</summary>
    protected static FleetNumbers? NumbersOf(Notification n) => n.Fleet is { Total: > 1 } numbers ? numbers : null;

    /// <summary>How many first, since when second.</summary>
    public abstract string Subject(FleetNotification n);

    public abstract IEnumerable<string> Lines(FleetNotification n, string? url);

    /// <summary>How many first, how many of them new second.</summary>
    public abstract string Subject(FleetSummary s);

    public abstract IEnumerable<string> Lines(FleetSummary s, string? url);

    /// <summary><c>47 s</c>, <c>1 min 30 s</c>, <c>47 min</c>, <c>2 h 5 min</c>, <c>3 d 4 h</c>: as exact as it matters.</summary>
    protected static string InWords(TimeSpan duration, string seconds, string minutes, string hours, string days, string space)
    {
        if (duration < TimeSpan.Zero) duration = TimeSpan.Zero;
        return duration switch
        {
            { TotalMinutes: < 1 } => $"{duration.Seconds}{seconds}",
            { TotalMinutes: < 10 } => Pair(duration.Minutes, minutes, duration.Seconds, seconds),
            { TotalHours: < 1 } => $"{duration.Minutes}{minutes}",
            { TotalDays: < 1 } => Pair(duration.Hours, hours, duration.Minutes, minutes),
            _ => Pair(duration.Days, days, duration.Hours, hours),
        };

        string Pair(int big, string bigUnit, int small, string smallUnit) =>
            small == 0 ? $"{big}{bigUnit}" : $"{big}{bigUnit}{space}{small}{smallUnit}";
    }

    protected static string N(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    protected static bool IsOfFlapping(Notification n) => n.Event is NotificationEvent.DeviceFlapping or NotificationEvent.DeviceSteady;

    /// <summary>When it came back, or else the moment that the notification is about.</summary>
    protected static DateTimeOffset EndOf(Notification n) => n.RecoveredAt ?? n.Since + n.Duration;

    private string? ReasonOf(Notification n)
    {
        if (n.DisconnectReason?.Trim() is not { Length: > 0 } reason || reason is "UNKNOWN" or "NONE") return null;
        return WordsOf(reason) is { } known ? InWords(known) : AsItIs(reason);
    }

    private ReasonWords? WordsOf(string reason) =>
        reasons.GetValueOrDefault(reason.StartsWith("MQTT_", StringComparison.Ordinal) ? reason["MQTT_".Length..] : reason);

    private static string? ReasonOf(ConnectFailures refused) => refused.Reason?.Trim() is { Length: > 0 } reason ? AsItIs(reason) : null;

    /// <summary>Of a reason that AWS has added since, or a sender has made up.</summary>
    private static string AsItIs(string reason)
    {
        const int longEnough = 200;
        var said = LinkFree.Of(reason);
        return said.Length <= longEnough ? said : Characters.Shorten(said, longEnough);
    }

    /// <summary><c>carrier=acme, site=north</c></summary>
    private static string? AttributesOf(Notification n) => n.Attributes.Count == 0 ? null : string.Join(", ", n.Attributes
        .OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => LinkFree.Of($"{pair.Key}={pair.Value}")));

    protected static bool AllAtOnce(FleetNotification n) => n.Number == 1 && n.LastAt - n.StartedAt <= TimeSpan.FromMinutes(2);

    /// <summary>Those that have joined since the last message, newest first.</summary>
    protected static string NewestOf(FleetNotification n, string comma)
    {
        var names = string.Join(comma, n.Things.Take(n.Joined).Select(LinkFree.Of));
        return n.Joined > n.Things.Count ? names + comma + "…" : names;
    }

    protected static string NamesOf(FleetNotification n, string comma) => string.Join(comma, n.Things.Select(LinkFree.Of));

    /// <summary>Reasons and attributes that a good part of the members share: <c>96 % connection lost</c>.</summary>
    protected List<string> Shares(FleetNotification n) =>
    [
        .. Shares(
            n.Reasons, n.Count, reason => WordsOf(reason) is { } known ? Within(known.Words) : reason.ToLowerInvariant().Replace('_', ' ')),
        .. Shares(n.Attributes, n.Count, name => name),
    ];

    private IEnumerable<string> Shares(IReadOnlyDictionary<string, int> counts, int all, Func<string, string> nameOf)
    {
        const int mostShown = 3;
        const double common = 0.2;
        return counts.Where(pair => pair.Value >= common * all)
            .OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Take(mostShown)
            .Select(pair => Share(Percent(pair.Value, all), Characters.Shorten(LinkFree.Of(nameOf(pair.Key)), 80)));
    }

    protected abstract string Share(int percent, string what);

    /// <summary>The same words within a sentence.</summary>
    protected virtual string Within(string words) => words;

    /// <summary>As on the fleet page: all but one is not "100 %".</summary>
    private static int Percent(int part, int whole)
    {
        var share = 100.0 * part / whole;
        return share is > 99 and < 100 ? 99 : (int)Math.Round(share, MidpointRounding.AwayFromZero);
    }

    /// <summary>A line for each thing, as many as fit.</summary>
    protected static List<string> ThingLines(FleetSummary s, Func<SummaryThing, string> lineOf)
    {
        // In bytes, all lines together. SNS takes 256 KB, and its message holds the text six times: for people and within the JSON.
        var room = 16_000;
        return [.. s.Things.Select(lineOf).TakeWhile(line => (room -= Encoding.UTF8.GetByteCount(line)) >= 0)];
    }
}
