using IoTOrleans.Contracts;
using IoTOrleans.Grains.Tests.World.Runtime;

namespace IoTOrleans.Grains.Tests.World.Judging;

/// <summary>Every absence that is known to outlast its grace is told, in time; and in the end the status is the truth.</summary>
internal sealed class NeverSilent(Court court, Correspondence letters, Testimony testimony)
{
    /// <summary>The timer is exact; a verifier answers at once.</summary>
    private const double Punctual = 1.5;

    /// <summary>A tick a minute, a minute of asking in vain, and what a queue still had in hand.</summary>
    private const double AfterTrouble = 60 + 75 + 30;

    /// <summary>A held thing is looked at this often.</summary>
    private const double HeldLook = 5;

    private readonly Dictionary<int, string> _marks = [];
    private readonly Dictionary<int, double> _markedAt = [];
    private readonly HashSet<int> _looked = [];

    /// <summary>By the drop that it is about: which outage was told.</summary>
    public IReadOnlyDictionary<int, string> Marks => _marks;

    public void Told(Outage outage, double at)
    {
        letters.Owes(outage.Id);
        var latest = court.Known.Latest(before: at);
        var drop = latest is { Connected: false } ? latest : court.Known.LaterPerhaps(latest?.Index ?? -1, connected: false, by: at);
        if (drop is null) return;

        // Of several that may be meant, the one that it says.
        if (latest is not { Connected: false })
            drop = court.Known.PerhapsAfter(latest?.Index ?? -1, by: at).MinBy(one => Math.Abs(one.At - Seconds(outage.Since))) ?? drop;
        var back = court.Known.LaterPerhaps(drop.Index, connected: true, by: at);
        if (_marks.TryGetValue(drop.Index, out var other) && latest is { Connected: false } && back is null
            && !SeemedConnected(drop, _markedAt[drop.Index], at))
            court.Object($"the absence of change {drop.Index} is told under two ids, {other} and {outage.Id}.");
        (_marks[drop.Index], _markedAt[drop.Index]) = (outage.Id, at);
    }

    /// <summary>When the next absence should have been told, at the latest.</summary>
    public double? NextDue() => court.History.Changes
        .Where(change => !change.Connected && !_looked.Contains(change.Index))
        .Select(change => Due(change)).Where(due => due is not null).Min();

    public void Look(DeviceState? state)
    {
        foreach (var drop in court.History.Changes
            .Where(change => !change.Connected && Due(change) <= court.Now() && _looked.Add(change.Index)))
        {
            if (IsKnownToBeAway(drop) && state?.Outage is not { Telling: not null })
                court.Object($"away since {drop.At:0.000} s (change {drop.Index}), known since {court.Known.SureAt(drop.Index):0.000} s, "
                    + "and not told.");
        }
    }

    public void AtTheEnd(DeviceStatus? status)
    {
        if (testimony.WitnessMisled || court.Known.Latest(before: court.Now()) is not { } latest) return;
        if (court.Known.LaterPerhaps(latest.Index, !latest.Connected, court.Now()) is not null) return;
        if (!latest.Connected && !IsKnownToBeAway(latest)) return;
        var truth = latest.Connected ? PresenceStatus.Connected : PresenceStatus.Offline;
        if (status?.Status != truth) court.Object($"in the end it is {status?.Status}, and known to be {truth} (change {latest.Index}).");
    }

    /// <summary>By another client, of whose connect we heard meanwhile, and of whose end only after that.</summary>
    private bool SeemedConnected(Change drop, double since, double until) => court.Known.Changes.Any(change =>
        change.Connected && change.Client != drop.Client && court.Known.SureAt(change.Index) is { } at && at > since && at < until);

    private static double Seconds(DateTimeOffset at) => (at - VirtualTime.Start).TotalSeconds;

    private bool IsKnownToBeAway(Change drop) =>
        ((court.Setup.Witness is Witness.None or Witness.Connection && court.Setup.Feed != Feed.Both) || court.Setup.Feed == Feed.Shadow
            || court.TimeIsKnown(drop)) &&
        court.Known.Latest(before: court.Now()) == drop && court.Known.LaterPerhaps(drop.Index, connected: true, by: court.Now()) is null
        && court.Known.LaterPerhaps(drop.Index, connected: false, by: court.Now()) is null;

    private double? Due(Change drop)
    {
        if (court.Known.AwaySince(drop) is not { } known) return null;
        var over = Math.Max((court.Known.AwaySentLast(drop) ?? drop.At) + court.Setup.Grace, known + Setup.Settle);
        if (court.Setup.Witness is Witness.Shadow or Witness.Connection) over += court.Setup.Grace + 60;

        // What looks like another drop begins another grace, and is held by itself.
        if (testimony.Misled) over += court.Setup.Grace + Setup.MaxHold;

        // Held until the queue is read up to it, and then for one look more; not for ever.
        over = court.Backlog.PassedAt(over - Setup.Settle) is { } passed
            ? Math.Max(over, passed + HeldLook)
            : over + Setup.MaxHold + HeldLook;
        return court.Plan.IsCalm ? over + Punctual : Math.Max(over, court.TroubleUntil()) + AfterTrouble;
    }
}
