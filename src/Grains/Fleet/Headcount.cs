namespace IoTOrleans.Grains.Fleet;

/// <summary>
/// How many things are known, as two numbers that follow the reports. While all things are counted again, each has a mark: it does not
/// matter then which reports came before the walk.
/// </summary>
internal sealed class Headcount
{
    private Dictionary<long, FleetClass>? _marks;
    private Dictionary<long, Mark>? _late;
    private DateTimeOffset _walkedAt = DateTimeOffset.MinValue;

    public int Total { get; private set; }

    public int Unknown { get; private set; }

    /// <summary>False: the numbers are the last known ones.</summary>
    public bool IsRight { get; private set; }

    public bool IsCounting => _marks is not null;

    /// <summary>What was decided before that may be counted already.</summary>
    public DateTimeOffset? CountedAt { get; private set; }

    public void Load(FleetState stored) => (Total, Unknown, IsRight, CountedAt, _walkedAt) =
        (stored.Total, stored.Unknown, stored.Clean, stored.CountedAt, stored.CountedAt ?? DateTimeOffset.MinValue);

    public void Doubt() => IsRight = false;

    public void Begin() => (_marks, _late) = ([], null);

    /// <summary>The walk has come to its end. What was decided before that comes in soon.</summary>
    public void EndWalk(DateTimeOffset now) => (_late, _walkedAt) = ([], now);

    /// <summary>What the walk or a look into storage has found.</summary>
    public void Found(long thing, FleetClass found, DateTimeOffset now) => Set(thing, found, new(null, now));

    /// <param name="isNewest">Of this thing. The numbers follow reports in any order, a mark does not.</param>
    /// <param name="firstAt">When the first of it was decided.</param>
    /// <returns>False: it cannot be said whether the last count has seen it.</returns>
    public bool Changed(long thing, FleetReport report, string silo, bool isNewest, DateTimeOffset firstAt, DateTimeOffset at)
    {
        if (isNewest) Set(thing, report.CountsAs, new(silo, at));
        if (!report.Moved) return true;
        Total += report.Change.Total;
        Unknown += report.Change.Unknown;
        if (IsCounting) return true;
        var (from, seenAt) = _late is null ? new(null, _walkedAt) : _late.GetValueOrDefault(thing, new(null, _walkedAt));
        return from == silo || firstAt > seenAt + FleetOrder.Margin;
    }

    /// <returns>By how much the total was wrong.</returns>
    public int Finish(DateTimeOffset now)
    {
        var before = Total;
        (Total, Unknown) = (_marks!.Count, _marks.Values.Count(mark => mark == FleetClass.Unknown));
        (_marks, IsRight, CountedAt) = (null, true, now);
        return Total - before;
    }

    public void GiveUp() => _marks = null;

    private void Set(long thing, FleetClass found, Mark mark)
    {
        if (_marks is null) return;
        if (found == FleetClass.Absent) _marks.Remove(thing);
        else _marks[thing] = found;
        _late?[thing] = mark;
    }

    /// <param name="Silo">Whose report it was; its later ones are surely not counted yet. Null: it was read from storage.</param>
    private readonly record struct Mark(string? Silo, DateTimeOffset At);
}
