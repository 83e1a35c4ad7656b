namespace IoTOrleans.Grains.Fleet;

/// <param name="Applies">It is the newest of the thing, as far as is known.</param>
/// <param name="Sure">False: the stored state has to be looked up.</param>
internal readonly record struct Newness(bool Applies, bool Sure);

/// <summary>
/// Which of two reports about a thing is the newer one. Of one silo, stamps decide. Between two silos, when they were decided by our clock,
/// where this differs by more than a message takes.
/// </summary>
internal sealed class FleetOrder(DateTimeOffset began, int most)
{
    /// <summary>Longer than a message takes from silo to silo.</summary>
    internal static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);

    private readonly Dictionary<long, Seen> _seen = [];
    private readonly Queue<(long Thing, long Arrival, DateTimeOffset At)> _queue = new();
    private DateTimeOffset _remembersSince = began;
    private long _forgotten;

    /// <summary>How many reports have come in.</summary>
    public long Arrivals { get; private set; }

    /// <param name="at">When it was decided, by our clock.</param>
    public Newness Take(long thing, string silo, long stamp, DateTimeOffset at, DateTimeOffset now)
    {
        var newness = Judge(thing, silo, stamp, at);
        Arrivals++;
        if (newness.Applies || !newness.Sure)
        {
            _seen[thing] = new(
                newness.Sure ? silo : null, stamp, newness.Applies || !_seen.TryGetValue(thing, out var last) ? at : last.At, Arrivals);
            _queue.Enqueue((thing, Arrivals, now));
            if (_queue.Count > most) Forget();
        }

        return newness;
    }

    /// <summary>A report of this thing came in after so many others.</summary>
    public bool CameAfter(long thing, long arrivals) => _seen.TryGetValue(thing, out var seen) && seen.Arrival > arrivals;

    /// <summary>Of the reports after so many, some are not remembered.</summary>
    public bool MayHaveForgotten(long arrivals) => _forgotten > arrivals;

    /// <summary>Reports were lost: what was read before may be older than they were.</summary>
    public void Lose(DateTimeOffset now)
    {
        _seen.Clear();
        _queue.Clear();
        (_remembersSince, _forgotten) = (now, ++Arrivals);
    }

    private Newness Judge(long thing, string silo, long stamp, DateTimeOffset at)
    {
        // It may be older than one that is forgotten, or than one that the activation before this one got.
        if (!_seen.TryGetValue(thing, out var last)) return new(Applies: true, Sure: at > _remembersSince + Margin);
        if (last.Silo == silo) return new(Applies: stamp > last.Stamp, Sure: true);
        return new(Applies: at > last.At, Sure: (at - last.At).Duration() > Margin);
    }

    private void Forget()
    {
        var (thing, arrival, at) = _queue.Dequeue();
        (_remembersSince, _forgotten) = (at, arrival);
        if (_seen[thing].Arrival == arrival) _seen.Remove(thing);
    }

    /// <param name="Silo">Null: it is not sure whose report was the last one.</param>
    private readonly record struct Seen(string? Silo, long Stamp, DateTimeOffset At, long Arrival);
}
