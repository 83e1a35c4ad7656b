namespace IoTOrleans.Grains.Importing;

/// <summary>A page of names: which of them are left, and what became of the others.</summary>
internal sealed class PageInWork(string id, int number, IReadOnlyList<string> names, string? by)
{
    /// <summary>In the last try, a thing about which the verifier could not be asked counts as unknown.</summary>
    internal const int Tries = 6;

    /// <summary>In about eight hours. A thing that cannot be stored for so long must not hold up all others.</summary>
    internal const int TriesToStore = 100;

    private Queue<string> _left = new(names);
    private Queue<string> _failed = new();
    private int _tries = 1;

    public string Id => id;

    public int Number => number;

    /// <summary>Who sent the import; null: not known.</summary>
    public string? By => by;

    public ImportCounts Counts { get; private set; }

    public bool IsDone => _left.Count == 0 && _failed.Count == 0;

    public bool IsLastTry => _tries >= Tries;

    public bool IsLastTryToStore => _tries >= TriesToStore;

    public bool IsNextOf(Import import) => import.Id == id && import.PagesDone == number;

    /// <returns>Each name once, with how often it was there.</returns>
    public IReadOnlyList<(string Name, int Times)> Take(int most)
    {
        var taken = new List<string>(most);
        while (taken.Count < most && _left.TryDequeue(out var name)) taken.Add(name);
        return [.. taken.GroupBy(name => name, (name, same) => (name, same.Count()), StringComparer.Ordinal)];
    }

    public void Count(PresenceStatus status, int times) => Counts += status switch
    {
        PresenceStatus.Unknown => new(0, 0, times),
        PresenceStatus.Grace or PresenceStatus.Offline => new(0, times, 0),
        _ => new(times, 0, 0),
    };

    public void Fail(string name, int times)
    {
        for (; times > 0; times--) _failed.Enqueue(name);
    }

    /// <returns>Null: it goes on. Else the number of tries that have failed so far: the next one begins after a while.</returns>
    public int? TryAgain()
    {
        if (_left.Count > 0 || _failed.Count == 0) return null;
        (_left, _failed) = (_failed, _left);
        return _tries++;
    }
}
