namespace IoTOrleans.Grains.Fleet;

/// <summary>
/// What is known of the fleet, from reports and from looks into storage. No I/O and no clock: its grain says what is to be looked up,
/// loaded and counted, and brings what it finds. What a report says is never overwritten by a look that began before it came.
/// </summary>
internal sealed class FleetBook(DateTimeOffset began, TimeZoneInfo zone, FleetLimits limits)
{
    private readonly FleetOrder _order = new(began, limits.Remembered);
    private readonly NotWell _notWell = new();
    private readonly Headcount _headcount = new();
    private readonly TodayBook _today = new(zone, began);
    private readonly ChangeLog _log = new(began.UtcTicks, limits.Changes);
    private readonly Dictionary<string, SiloReported> _silos = new(StringComparer.Ordinal);
    private readonly HashSet<string> _lookups = new(StringComparer.Ordinal);
    private bool _wasClean;
    private DateTimeOffset _loadedAt = began;
    private bool _loaded;
    private long _todayChanged;

    /// <summary>The things that are not well must be read from storage.</summary>
    public bool NeedsLoad { get; private set; } = true;

    /// <summary>All things must be counted.</summary>
    public bool NeedsCount { get; private set; }

    public bool IsCounting => _headcount.IsCounting;

    /// <summary>The stored states of these things must be looked up, each until it is found.</summary>
    public IReadOnlyCollection<string> Lookups => _lookups;

    public bool IsComplete => _headcount.IsRight && _loaded;

    public bool TodayIsDirty => _today.IsDirty;

    /// <summary>To be noted before a look into storage.</summary>
    public long Arrivals => _order.Arrivals;

    public IEnumerable<string> Silos => _silos.Keys;

    public void Load(FleetState stored, DateTimeOffset now)
    {
        (_wasClean, _loadedAt) = (stored.Clean, now);
        NeedsCount = !stored.Clean;
        _headcount.Load(stored);
        if (stored.Clean) foreach (var (silo, reported) in stored.Silos) _silos[silo] = reported;
        _today.Load(stored, now);
    }

    /// <param name="ending">
    /// Nothing is reported to this activation any more. While it counts, reports do not say whether the last count has seen them, so it has no
    /// number to hand over.
    /// </param>
    public FleetState Save(bool ending) => _today.Save(new()
    {
        Clean = ending && _headcount.IsRight && !NeedsCount && !IsCounting,
        Total = _headcount.Total,
        Unknown = _headcount.Unknown,
        CountedAt = _headcount.CountedAt,
        Silos = new Dictionary<string, SiloReported>(_silos),
    });

    public void Report(FleetBatch batch, DateTimeOffset now)
    {
        var silo = _silos.GetValueOrDefault(batch.Silo) ?? new(0, Left: false);
        if (batch.Number <= silo.Number) return;
        _silos[batch.Silo] = new(batch.Number, silo.Left || batch.Leaving);

        // Another activation got those that are missing. Where nothing was handed over, the first walk comes after all that it got before.
        var missing = batch.Number > silo.Number + 1 && (silo.Number > 0 || _wasClean || IsLate(batch, now));
        if (missing || batch.Overflow) Lost(now);
        if (batch.Overflow) _log.Break();
        foreach (var report in batch.Reports) Report(report, batch, now);
    }

    /// <summary>This silo is dead. What it had not reported is not known.</summary>
    public void Gone(string silo, DateTimeOffset now)
    {
        // A call after its goodbye may have changed a thing.
        if (_silos.Remove(silo, out var gone) && gone.Left) NeedsLoad = true;
        else Lost(now);
    }

    public void BeginLoad()
    {
        NeedsLoad = false;
        _notWell.BeginWalk();
    }

    public void EndLoad()
    {
        _lookups.UnionWith(_notWell.EndWalk().Select(row => row.ThingName));
        _loaded |= !NeedsLoad;
    }

    /// <summary>What was read from storage. If a report came in since then, that says more.</summary>
    /// <param name="status">Null: forgotten, or nothing is stored.</param>
    /// <param name="arrivals"><see cref="Arrivals"/> before it was read.</param>
    /// <param name="lookedUp">It was one of <see cref="Lookups"/>.</param>
    public void Found(string thingName, DeviceStatus? status, long arrivals, DateTimeOffset now, bool lookedUp = false)
    {
        var thing = FleetRules.HashOf(thingName);
        if (_order.MayHaveForgotten(arrivals)) _lookups.Add(thingName);
        if (_order.MayHaveForgotten(arrivals) || _order.CameAfter(thing, arrivals)) return;
        _headcount.Found(thing, FleetRules.ClassOf(status?.Status), now);
        var before = _notWell.RowOf(thing);
        var isNews = _notWell.Set(thing, status) && (status is null || before is null || !FleetRules.ShowsSame(before, status));
        if (isNews || lookedUp) _log.Add(thing, new(thingName, status));
        if (lookedUp) _lookups.Remove(thingName);
    }

    public void BeginCount()
    {
        NeedsCount = false;
        _headcount.Begin();
    }

    public void GiveUpCount()
    {
        NeedsCount = true;
        _headcount.GiveUp();
    }

    public void EndWalk(DateTimeOffset now) => _headcount.EndWalk(now);

    /// <summary>What was decided before the end of the walk has come in.</summary>
    /// <returns>By how much the total was wrong.</returns>
    public int EndCount(DateTimeOffset now) => _headcount.Finish(now);

    /// <summary>Somebody muted something, or a mute has ended.</summary>
    public void LoadAgain() => NeedsLoad = true;

    public void Tick(DateTimeOffset now)
    {
        if (_today.Tick(_notWell[PresenceStatus.Offline], now)) _todayChanged = _log.Next();
        if (_notWell.LacksRows && _loaded) NeedsLoad = true;
    }

    public FleetCounts Counts(DateTimeOffset now) => new()
    {
        AsOf = now,
        Complete = IsComplete,
        Total = _headcount.Total,
        Unknown = _headcount.Unknown,
        Connected = Math.Max(0, _headcount.Total - _headcount.Unknown - _notWell.Count),
        Grace = _notWell[PresenceStatus.Grace],
        Offline = _notWell[PresenceStatus.Offline],
        Recovering = _notWell[PresenceStatus.Recovering],
        Muted = _notWell.MutedCount,
    };

    public FleetView View(DateTimeOffset now) => new()
    {
        Cursor = _log.Cursor,
        Counts = Counts(now),
        Listed = _notWell.IsListed,
        Rows = [.. _notWell.Rows],
        Today = _today.View,
    };

    public FleetChanges Since(string cursor, DateTimeOffset now)
    {
        var read = _log.Find(cursor);
        return new()
        {
            Cursor = _log.Cursor,
            StartOver = read is null,
            Changes = read is { } from ? _log.Since(from) : [],
            Counts = Counts(now),
            Listed = _notWell.IsListed,
            Today = read is null || read < _todayChanged ? _today.View : null,
        };
    }

    private void Report(FleetReport report, FleetBatch batch, DateTimeOffset now)
    {
        var thing = FleetRules.HashOf(report.ThingName);
        var at = batch.By(report.Stamp, now);
        var newness = _order.Take(thing, batch.Silo, report.Stamp, at, now);
        var counts = _headcount.Changed(
            thing, report, batch.Silo, isNewest: newness.Applies && !report.Doubtful, batch.By(report.FirstStamp, now), at);
        if (!counts || report.Miscounted) Miscounted();
        if (newness.Applies && !report.Doubtful)
        {
            _notWell.Set(thing, report.Status);
            _log.Add(thing, new(report.ThingName, report.Status));
        }

        if (!newness.Sure || report.Doubtful) _lookups.Add(report.ThingName);
        foreach (var one in report.Returns) _today.Add(report.ThingName, one, now);
        if (report.Returns.Count > 0) _todayChanged = _log.Next();
    }

    /// <summary>The batch before this one was accepted after this activation had begun, and not by this one.</summary>
    private bool IsLate(FleetBatch batch, DateTimeOffset now) => batch.AcceptedAt > 0 && batch.By(batch.AcceptedAt, now) >= _loadedAt;

    /// <summary>A count that runs looks the thing up.</summary>
    private void Miscounted()
    {
        _headcount.Doubt();
        NeedsCount |= !IsCounting;
    }

    /// <summary>Reports are missing: everything is read again.</summary>
    private void Lost(DateTimeOffset now)
    {
        _order.Lose(now);
        _headcount.Doubt();
        NeedsCount = true;
        (_loaded, NeedsLoad) = (false, true);
    }
}
