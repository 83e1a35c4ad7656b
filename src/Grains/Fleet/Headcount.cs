namespace IoTOrleans.Grains.Fleet;

/// <summary>
/// How many things are known, as two numbers that follow the reports. While all things are counted again, each has a mark: it does not
/// matter then which reports came before the walk.
/// </summary>
internal sealed class Headcount
{
    private Dictionary<long, FleetClass>? _marks;
    private DateTimeOffset _countedUntil = DateTimeOffset.MinValue;

    public int Total { get; private set; }

    public int Unknown { get; private set; }

    /// <summary>False: the numbers are the last known ones.</summary>
    public bool IsRight { get; private set; }

    public bool IsCounting => _marks is not null;

    public void Load(int total, int unknown, bool right) => (Total, Unknown, IsRight) = (total, unknown, right);

    public void Doubt() => IsRight = false;

    public void Begin() => _marks = [];

    /// <summary>What the walk or a look into storage has found.</summary>
    public void Found(long thing, FleetClass found) => Mark(thing, found);

    /// <param name="at">When it was decided.</param>
    /// <param name="isNewest">Of this thing. A change counts in any order, a mark does not.</param>
    /// <returns>False: it cannot be said whether the last walk has seen it.</returns>
    public bool Changed(long thing, FleetClass before, FleetClass after, DateTimeOffset at, bool isNewest)
    {
        if (isNewest) Mark(thing, after);
        if (before == after) return true;
        Total += One(after != FleetClass.Absent) - One(before != FleetClass.Absent);
        Unknown += One(after == FleetClass.Unknown) - One(before == FleetClass.Unknown);
        return IsCounting || at > _countedUntil + FleetOrder.Margin;

        static int One(bool counts) => counts ? 1 : 0;
    }

    /// <param name="walkedAt">When the walk had come to its end. What was decided before that has come in by now.</param>
    /// <returns>By how much the total was wrong.</returns>
    public int Finish(DateTimeOffset walkedAt)
    {
        var before = Total;
        (Total, Unknown) = (_marks!.Count, _marks.Values.Count(mark => mark == FleetClass.Unknown));
        (_marks, _countedUntil, IsRight) = (null, walkedAt, true);
        return Total - before;
    }

    public void GiveUp() => _marks = null;

    private void Mark(long thing, FleetClass found)
    {
        if (found == FleetClass.Absent) _marks?.Remove(thing);
        else _marks?[thing] = found;
    }
}
