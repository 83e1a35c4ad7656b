using IoTOrleans.Chaos.Faults;
using IoTOrleans.Chaos.Fleet;
using IoTOrleans.Chaos.Lines;

namespace IoTOrleans.Chaos.Judging;

/// <summary>
/// Knows the true history, what the queue accepted when, and what people were told; shares nothing with the rules. docs/testing.md says in
/// words what is false and what is lost.
/// </summary>
internal sealed class Judge(IReadOnlyList<Thing> things, Ledger ledger, Inbox inbox, DateTimeOffset start)
{
    public static readonly string[] Destinations = [Upstream.Webhook, Upstream.Sns];

    /// <summary>A question to the verifier and a send, on a machine that is busy.</summary>
    private static readonly TimeSpan AMoment = TimeSpan.FromSeconds(10);

    /// <summary>The age that a word may have when it is sent, an attempt that waits included.</summary>
    private static readonly TimeSpan OnItsWay = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The age that an answer of the shadow may have when it is taken: the attempt's time-out, and storage that takes its time.
    /// </summary>
    private static readonly TimeSpan ToAnswer = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Rounding = TimeSpan.FromMilliseconds(2);

    public Verdict Assess(IEnumerable<Injection> injections, DateTimeOffset now)
    {
        var verdict = new Verdict();
        var excuses = new Excuses(injections);
        foreach (var thing in things)
        {
            var deliveries = ledger.Of(thing.Name).ToList();
            var absences = thing.Changes.Where(change => !change.Connected).Select(change => new Absence(thing, change, deliveries, start))
                .Where(absence => absence.Began).ToList();
            var notices = inbox.Of(thing.Name).OrderBy(notice => notice.At).ToList();
            var about = Match(absences, notices, verdict);
            foreach (var absence in absences) Count(absence, absences, about, excuses, now, verdict);
            Recoveries(absences, notices, about, verdict);
        }

        return verdict;
    }

    /// <summary>The first "offline" of each id at each destination, and the absence that it is about.</summary>
    private static List<(Notice Notice, Absence Absence)> Match(List<Absence> absences, List<Notice> notices, Verdict verdict)
    {
        var about = new List<(Notice Notice, Absence Absence)>();
        foreach (var same in notices.GroupBy(notice => (notice.Destination, notice.OutageId, notice.Event)))
        {
            verdict.Repeated += same.Count() - 1;
            if (same.Key.Event != Notice.Offline) continue;
            if (same.Select(notice => notice.Since).Distinct().Count() > 1) Wrong(verdict, "repeats of one id differ", same.First(), null);
            var meant = absences.LastOrDefault(absence => absence.IsSince(same.First().Since));
            if (meant is not null
                && absences.LastOrDefault(absence => absence.Index > meant.Index && absence.IsConfirmedBy(same.First())) is { } newer)
            {
                // It missed a round, and the shadow did not.
                about.Add((same.First(), newer));
                continue;
            }

            if (meant is not { } absence)
            {
                verdict.False.Add(Tell("there was no such drop", same.First(), absences.LastOrDefault()));
                continue;
            }

            about.Add((same.First(), absence));
            if (WhyFalse(same.First(), absence) is { } why) verdict.False.Add(Tell(why, same.First(), absence));
        }

        foreach (var twice in about.GroupBy(pair => (pair.Absence, pair.Notice.Destination)).Where(group => group.Count() > 1))
            Wrong(verdict, $"told under {twice.Count()} ids", twice.Last().Notice, twice.Key.Absence);
        return about;
    }

    private static string? WhyFalse(Notice notice, Absence absence)
    {
        var deadline = absence.Deadline(notice.Since);
        if (notice.At < deadline - Rounding && !absence.IsConfirmedBy(notice)) return $"before its time, {deadline:HH:mm:ss.fff}";
        if (absence.BackAccepted < deadline - Terms.Settle && !absence.IsConfirmedBy(notice))
        {
            return $"its return was in the queue at {absence.BackAccepted:HH:mm:ss.fff}, it was not due before {deadline:HH:mm:ss.fff}; "
                + $"when it was told ({notice.DetectedAt:HH:mm:ss.fff}) the return was {absence.WhereWasItsEnd(notice.DetectedAt)}";
        }

        if (notice.Verification == "confirmed" && absence.BackInShadow < notice.DetectedAt - ToAnswer)
            return $"confirmed by the shadow, which says since {absence.BackInShadow:HH:mm:ss.fff} that it is back";
        if (notice.RecoveredAt is null && absence.KnownToBeBack(notice.At - OnItsWay) is { } known)
            return $"known to be back since {known:HH:mm:ss.fff}";
        return null;
    }

    private static void Count(
        Absence absence, List<Absence> absences, List<(Notice Notice, Absence Absence)> about, Excuses excuses, DateTimeOffset now,
        Verdict verdict)
    {
        verdict.Absences++;
        var told = Destinations
            .Select(destination => FirstWord(absence, absences, about.Where(pair => pair.Notice.Destination == destination))).ToList();
        if (absence.BackAccepted is null && told.Any(at => at is null)) verdict.Open++;
        if (absence.BackAccepted < absence.GraceEnds || now < absence.GraceEnds) return;

        verdict.Outages++;
        verdict.Times.Add((absence, absence.GraceEnds, told.All(at => at is not null) ? told.Max() : null));
        if (told.All(at => at is not null)) verdict.Told++;

        if (absence.Known is { } known)
        {
            var settled = known + Terms.Settle > absence.GraceEnds ? known + Terms.Settle : absence.GraceEnds;
            var due = excuses.After(settled + AMoment);
            if (due < now && !(absence.BackAccepted < due))
            {
                verdict.Due++;
                foreach (var (destination, at) in Destinations.Zip(told))
                {
                    var notices = about.Select(pair => pair.Notice.ToString());
                    if (at is null)
                        verdict.Owed.Add(
                            Paragraph([$"{destination} was not told; due {due:HH:mm:ss.fff}", .. absence.Story(), .. notices]));
                }

                return;
            }
        }

        if (absence.BackAccepted is null) verdict.Due++;
        else if (told.Any(at => at is null)) verdict.OverInTrouble++;
    }

    /// <summary>About itself, or about one before it from which the service could not tell it.</summary>
    private static DateTimeOffset? FirstWord(Absence absence, List<Absence> absences, IEnumerable<(Notice Notice, Absence Absence)> about)
    {
        var words = about.ToLookup(pair => pair.Absence, pair => pair.Notice.At);
        for (var i = absences.IndexOf(absence); i >= 0; i--)
        {
            if (words[absences[i]].Any()) return words[absences[i]].Min();
            if (i > 0 && !absences[i].MayContinue(absences[i - 1])) return null;
        }

        return null;
    }

    private static void Recoveries(
        List<Absence> absences, List<Notice> notices, List<(Notice Notice, Absence Absence)> about, Verdict verdict)
    {
        var ends = notices.Where(notice => notice.Event == Notice.Recovered)
            .DistinctBy(notice => (notice.Destination, notice.OutageId)).ToList();
        foreach (var end in ends)
        {
            var begun = about.Where(pair => (pair.Notice.Destination, pair.Notice.OutageId) == (end.Destination, end.OutageId)).ToList();
            if (begun.Count == 0)
            {
                Wrong(verdict, "a recovery of what was not told", end, absences.LastOrDefault(absence => absence.IsSince(end.Since)));
                continue;
            }

            var absence = begun[0].Absence;
            if (begun[0].Notice.At > end.At) Wrong(verdict, "its recovery came first", begun[0].Notice, absence);
            if (!(absence.BackAccepted <= end.At || absence.BackInShadow <= end.At))
                verdict.False.Add(Tell("a recovery, and it was not back", end, absence));
        }

        foreach (var (notice, absence) in about)
        {
            // What goes on until the end may be one with what came before it.
            var next = absences.SkipWhile(other => other != absence).ToList();
            var open = next.Zip(next.Skip(1)).TakeWhile(pair => pair.Second.MayContinue(pair.First))
                .Select(pair => pair.Second).LastOrDefault() ?? absence;
            if (open.BackAccepted is null || ends.Any(end => (end.Destination, end.OutageId) == (notice.Destination, notice.OutageId)))
                continue;
            verdict.RecoveriesOwed.Add(Tell("its end was not told", notice, absence));
        }
    }

    private static void Wrong(Verdict verdict, string why, Notice notice, Absence? absence) =>
        verdict.Wrong.Add(Tell(why, notice, absence));

    private static string Tell(string why, Notice notice, Absence? absence) =>
        Paragraph([$"{notice.Thing}: {why}", notice.ToString(), .. absence?.Story() ?? []]);

    private static string Paragraph(IEnumerable<string> lines) => string.Join($"{Environment.NewLine}    ", lines);
}
