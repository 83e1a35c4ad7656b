namespace IoTOrleans.Grains.Fleet;

/// <summary>The things that are in grace, offline or recovering: a byte for each, and the whole status of some.</summary>
/// <param name="mostRows">So many have a row.</param>
internal sealed class NotWell(int mostRows = NotWell.MostRows)
{
    /// <summary>About 1 MB. Nobody reads more rows.</summary>
    internal const int MostRows = 1000;

    /// <summary>When so few are left, the missing rows are read from storage.</summary>
    private readonly int _refill = mostRows * 9 / 10;

    private const byte Muted = 0x80;

    private readonly Dictionary<long, byte> _marks = [];
    private readonly Dictionary<long, DeviceStatus> _rows = [];
    private readonly int[] _counts = new int[Enum.GetValues<PresenceStatus>().Length];
    private HashSet<long>? _found;

    public int Count => _marks.Count;

    public int MutedCount { get; private set; }

    /// <summary>All of them have a row.</summary>
    public bool IsListed => _rows.Count == _marks.Count;

    public bool LacksRows => !IsListed && _marks.Count <= _refill;

    public IReadOnlyCollection<DeviceStatus> Rows => _rows.Values;

    public int this[PresenceStatus status] => _counts[(int)status];

    public DeviceStatus? RowOf(long thing) => _rows.GetValueOrDefault(thing);

    /// <param name="status">Null: forgotten.</param>
    /// <returns>Whether something of it was known, or is now.</returns>
    public bool Set(long thing, DeviceStatus? status)
    {
        var known = Remove(thing);
        if (status is null || !status.Status.IsNotWell) return known;
        var muted = FleetRules.IsMuted(status);
        _marks[thing] = (byte)((int)status.Status | (muted ? Muted : 0));
        _counts[(int)status.Status]++;
        if (muted) MutedCount++;
        if (_rows.Count < mostRows) _rows[thing] = status;
        _found?.Add(thing);
        return true;
    }

    /// <summary>From now on, those are remembered that a walk finds or a report names.</summary>
    public void BeginWalk() => _found = [];

    /// <summary>Removes those that the walk has not found.</summary>
    /// <returns>Those of them whose name is known: they may have lost their reminder.</returns>
    public IReadOnlyList<DeviceStatus> EndWalk()
    {
        var gone = _marks.Keys.Where(thing => !_found!.Contains(thing)).ToList();
        _found = null;
        var named = gone.Select(RowOf).OfType<DeviceStatus>().ToList();
        foreach (var thing in gone.Where(thing => !_rows.ContainsKey(thing))) Remove(thing);
        return named;
    }

    private bool Remove(long thing)
    {
        if (!_marks.Remove(thing, out var mark)) return false;
        _rows.Remove(thing);
        _counts[mark & ~Muted]--;
        if ((mark & Muted) != 0) MutedCount--;
        return true;
    }
}
