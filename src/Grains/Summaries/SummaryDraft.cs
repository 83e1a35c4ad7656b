namespace IoTOrleans.Grains.Summaries;

/// <summary>Collects a daily list. Things come one by one; of a hundred thousand only those that are shown are kept.</summary>
internal sealed class SummaryDraft(string destination, DateTimeOffset newSince)
{
    /// <summary>A thing with a single short drop a day is not flaky.</summary>
    private const int FewestDrops = 2;

    private readonly PriorityQueue<SummaryThing, (long, string)> _longest = new(Comparer<(long Ticks, string Name)>.Create(
        (a, b) => a.Ticks != b.Ticks ? b.Ticks.CompareTo(a.Ticks) : string.CompareOrdinal(b.Name, a.Name)));

    private readonly PriorityQueue<FlakyThing, (int, int)> _flakiest = new();
    private int _count;
    private int _new;
    private int _muted;
    private int _keptQuiet;

    public void Add(DeviceState state, DeviceStatus status)
    {
        if (!status.Policy.Notify.Contains(destination)) return;
        if (status.Status == PresenceStatus.Offline && state.Outage is { } outage) AddOffline(outage, status);

        var quiet = QuietDrops(state);
        _keptQuiet += quiet;
        var drops = state.Flapping is [.., { CalmSince: null } flapping] ? Math.Max(quiet, flapping.Drops) : quiet;
        if (drops < FewestDrops) return;
        _flakiest.Enqueue(new(status.ThingName, drops, state.Durations), (drops, state.Durations.Sum()));
        if (_flakiest.Count > FleetSummary.MostFlaky) _flakiest.Dequeue();
    }

    /// <returns>Null: nothing is offline.</returns>
    public FleetSummary? Finish(string id, DateOnly date, DateTimeOffset listedAt) => _count == 0 ? null : new FleetSummary
    {
        Id = id,
        Date = date,
        ListedAt = listedAt,
        NewSince = newSince,
        Count = _count,
        New = _new,
        Muted = _muted,
        Things = Drain(_longest),
        KeptQuiet = _keptQuiet,
        Flakiest = Drain(_flakiest),
    };

    private void AddOffline(Outage outage, DeviceStatus status)
    {
        // It became offline when it had outlasted its grace, notified or not.
        var isNew = (outage.Telling ?? outage.GraceEndsAt) > newSince;
        var isMuted = status.Policy.Muted || status.MutedBy.Count > 0 || outage is { Telling: null, Muted: true };
        var told = outage.Deliveries.TryGetValue(destination, out var delivery) && delivery.Offline;
        _count++;
        if (isNew) _new++;
        if (isMuted) _muted++;
        _longest.Enqueue(new(status.ThingName, outage.Since, told ? outage.NotifiedAt : null, isMuted, isNew),
            (outage.Since.UtcTicks, status.ThingName));
        if (_longest.Count > FleetSummary.MostThings) _longest.Dequeue();
    }

    /// <summary>Those in the short history, except those that our own restart caused.</summary>
    private int QuietDrops(DeviceState state)
    {
        var (drops, began) = (0, false);
        foreach (var entry in state.Ring)
        {
            if (entry.Reason is PresenceReason.GraceStarted or PresenceReason.WatcherRestarted)
                began = entry.Reason == PresenceReason.GraceStarted;
            else if (entry.Reason == PresenceReason.CameBackInGrace && began && entry.At >= newSince.ToUnixTimeSeconds()) drops++;
        }

        return drops;
    }

    private static List<T> Drain<T, TPriority>(PriorityQueue<T, TPriority> queue)
    {
        var items = new List<T>(queue.Count);
        while (queue.TryDequeue(out var item, out _)) items.Add(item);
        items.Reverse();
        return items;
    }
}
