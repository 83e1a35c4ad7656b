using IoTOrleans.Chaos.Fleet;

namespace IoTOrleans.Chaos.Judging;

/// <summary>A thing was away, and what could be known of it.</summary>
internal sealed class Absence
{
    private readonly Thing _thing;
    private readonly Change _drop;
    private readonly IReadOnlyList<Delivery> _drops;
    private readonly IReadOnlyList<Delivery> _later;
    private readonly DateTimeOffset _start;

    public Absence(Thing thing, Change drop, IReadOnlyCollection<Delivery> deliveries, DateTimeOffset start)
    {
        (_thing, _drop, _start) = (thing, drop, start);
        _drops = [.. deliveries.Where(delivery => delivery.Message.Change == drop.Index)];
        _later = [.. deliveries.Where(delivery => delivery.Message.Change > drop.Index)];
    }

    public string Thing => _thing.Name;

    public int Index => _drop.Index;

    /// <summary>The queue has it: without that nobody could know.</summary>
    public bool Began => _drops.Count > 0;

    /// <summary>The first that the queue had of it.</summary>
    public DateTimeOffset SentAt => _drops.Min(delivery => delivery.SentAt);

    /// <summary>When the queue had a word of its end, or of anything after that; null: it goes on.</summary>
    public DateTimeOffset? BackAccepted => _later.Count > 0 ? _later.Min(delivery => delivery.AcceptedAt) : null;

    /// <summary>The first word of its end, and where that was at a time.</summary>
    public string WhereWasItsEnd(DateTimeOffset at) => _later.MinBy(delivery => delivery.AcceptedAt)?.Passage.WhereAt(at) ?? "not sent";

    /// <summary>
    /// Since when the service surely knew, then, that the thing was back: a return was stored, and of no later drop was there a word
    /// anywhere.
    /// </summary>
    public DateTimeOffset? KnownToBeBack(DateTimeOffset then)
    {
        var known = _later.Where(delivery => delivery.Passage.StoredAt < then).MaxBy(delivery => delivery.Message.Change);
        if (known is null || !_thing.Changes[known.Message.Change].Connected) return null;
        var dropped = _later.Any(delivery => delivery.Message.Change > known.Message.Change && delivery.AcceptedAt < then);
        return dropped ? null : known.Passage.StoredAt;
    }

    /// <summary>When it was over by the shadow, which can be asked.</summary>
    public DateTimeOffset? BackInShadow =>
        _thing.Feed == Feed.Shadow && _thing.Changes.ElementAtOrDefault(_drop.Index + 1) is { } back ? _start + back.At : null;

    /// <summary>
    /// The shadow said so, rightly, when it was asked for this notice, and had done so for a grace: a word that is younger than anything in
    /// the queue.
    /// </summary>
    public bool IsConfirmedBy(Notice notice) =>
        _thing.Feed == Feed.Shadow && notice.Verification == "confirmed"
            && (_start + _drop.At + Terms.Grace).ToUnixTimeSeconds() <= notice.DetectedAt.ToUnixTimeSeconds()
        && !(BackInShadow < notice.DetectedAt);

    public DateTimeOffset? Known => _drops.Min(delivery => delivery.Passage.StoredAt);

    /// <summary>
    /// When its grace is over, as far as that can be said: from the last copy on, since the service may have read that one first; and once
    /// more after a shadow's second "disconnected", for which docs/verification.md gives it another grace.
    /// </summary>
    public DateTimeOffset GraceEnds => (_thing.Feed == Feed.Lifecycle ? _drops.Max(delivery => delivery.SentAt) : _start + _drop.At)
        + (_drop.ReportedAgain ? 2 * Terms.Grace : Terms.Grace);

    /// <summary>
    /// Whether a notice that says "since" then is about this one. A lifecycle event happened when the queue got it, a shadow's when it says
    /// (whole seconds).
    /// </summary>
    public bool IsSince(DateTimeOffset since) => _thing.Feed == Feed.Lifecycle
        ? _drops.Any(delivery => delivery.SentAt == since)
        : _drops.Any(delivery => (_start + delivery.Message.Stamp).ToUnixTimeSeconds() == since.ToUnixTimeSeconds());

    /// <summary>
    /// The earliest that rule 3 allows for one that says "since" then: the grace, and the settle time after a silo first got it.
    /// </summary>
    public DateTimeOffset Deadline(DateTimeOffset since)
    {
        var grace = since + Terms.Grace;
        var settled = _drops.Min(delivery => delivery.Passage.FirstHandedOut) + Terms.Settle;
        return settled is { } late && late > grace ? late : grace;
    }

    /// <summary>
    /// Two absences are one to the service if it cannot have known that the thing was back in between: its return was stored, if ever, only
    /// after the next drop had been handed out.
    /// </summary>
    public bool MayContinue(Absence before) =>
        before._later.Where(delivery => delivery.Message.Change < _drop.Index).Min(delivery => delivery.Passage.StoredAt) is var known
        && !(known < _drops.Min(delivery => delivery.Passage.FirstHandedOut));

    public IEnumerable<string> Story() => _drops.Concat(_later.Where(delivery => delivery.Message.Change <= _drop.Index + 2))
        .Select(delivery => delivery.ToString())
        .Prepend($"{_thing.Name}: away {_start + _drop.At:HH:mm:ss.fff} to {(_thing.Changes.ElementAtOrDefault(_drop.Index + 1) is { } back ? _start + back.At : null):HH:mm:ss.fff} (change {_drop.Index})");
}
