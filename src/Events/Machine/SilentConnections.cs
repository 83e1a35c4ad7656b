namespace IoTOrleans.Events.Machine;

/// <summary>
/// Connections that say nothing, at most so many. One more takes the place of the oldest one of the address that has most of them. So an
/// address that has no more than an equal share loses none to the others.
/// </summary>
/// <remarks>Not thread-safe. Each step takes logarithmic time, because floods come through here.</remarks>
internal sealed class SilentConnections<T>(int most)
{
    private readonly Dictionary<ClientAddress, Crowd> _crowds = [];
    private readonly SortedSet<Crowd> _largestFirst = new(Comparer<Crowd>.Create((a, b) => a.Rank.CompareTo(b.Rank)));
    private long _lastNumber;

    public int Count { get; private set; }

    public Place Add(ClientAddress from, T connection, out Evicted? evicted)
    {
        var place = new Place(from, connection, ++_lastNumber);
        Change(from, crowd => crowd.AddLast(place.Node));
        evicted = Count > most ? EvictOne() : null;
        return place;
    }

    public void Remove(Place place) => Change(place.From, crowd => crowd.Remove(place.Node));

    /// <returns>Null: there is none.</returns>
    public Evicted? EvictOne()
    {
        if (_largestFirst.Min is not { } crowd) return null;
        var (oldest, hadMore) = (crowd.Oldest, crowd.Places.Count * _crowds.Count > Count);
        Remove(oldest);
        return new(oldest.Connection, hadMore);
    }

    /// <summary>The set could not find a crowd whose rank has changed in it, so the crowd leaves it meanwhile.</summary>
    private void Change(ClientAddress from, Action<LinkedList<Place>> change)
    {
        if (_crowds.TryGetValue(from, out var crowd)) _largestFirst.Remove(crowd);
        else _crowds[from] = crowd = new();

        Count -= crowd.Places.Count;
        change(crowd.Places);
        Count += crowd.Places.Count;

        if (crowd.Places.Count > 0) _largestFirst.Add(crowd);
        else _crowds.Remove(from);
    }

    /// <param name="HadMore">Its address had more than an equal share.</param>
    internal sealed record Evicted(T Connection, bool HadMore);

    internal sealed class Place
    {
        internal Place(ClientAddress from, T connection, long number)
        {
            (From, Connection, Number) = (from, connection, number);
            Node = new(this);
        }

        internal ClientAddress From { get; }

        internal T Connection { get; }

        /// <summary>The oldest has the lowest.</summary>
        internal long Number { get; }

        internal LinkedListNode<Place> Node { get; }
    }

    /// <summary>Those of one address, oldest first.</summary>
    private sealed class Crowd
    {
        internal LinkedList<Place> Places { get; } = new();

        internal Place Oldest => Places.First!.Value;

        internal (int, long) Rank => (-Places.Count, Oldest.Number);
    }
}
