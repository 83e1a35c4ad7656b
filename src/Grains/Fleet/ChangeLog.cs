using System.Globalization;

namespace IoTOrleans.Grains.Fleet;

/// <summary>The last change of each of the things that changed last. A cursor says how far somebody has read.</summary>
/// <param name="epoch">A cursor of another activation is of no use here.</param>
internal sealed class ChangeLog(long epoch, int most)
{
    private readonly LinkedList<(long Number, long Thing, FleetChange Change)> _changes = new();
    private readonly Dictionary<long, LinkedListNode<(long Number, long Thing, FleetChange Change)>> _nodes = [];
    private long _number;
    private long _forgotten;

    public string Cursor => string.Create(CultureInfo.InvariantCulture, $"{epoch:x}.{_number:x}");

    public long Next() => ++_number;

    public void Add(long thing, FleetChange change)
    {
        if (_nodes.Remove(thing, out var before)) _changes.Remove(before);
        _nodes[thing] = _changes.AddLast((Next(), thing, change));
        if (_changes.Count <= most) return;
        _forgotten = _changes.First!.Value.Number;
        _nodes.Remove(_changes.First.Value.Thing);
        _changes.RemoveFirst();
    }

    /// <summary>The log cannot name each thing that has changed. Every reader begins anew.</summary>
    public void Break()
    {
        _changes.Clear();
        _nodes.Clear();
        _forgotten = Next();
    }

    /// <returns>Null: unknown, or too old.</returns>
    public long? Find(string cursor) =>
        cursor.Split('.') is [var of, var number]
        && long.TryParse(of, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var its) && its == epoch
        && long.TryParse(number, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var read)
        && read >= _forgotten && read <= _number ? read : null;

    /// <summary>In the order in which they happened.</summary>
    public IReadOnlyList<FleetChange> Since(long read)
    {
        var changes = new List<FleetChange>();
        for (var node = _changes.Last; node?.Value.Number > read; node = node.Previous) changes.Add(node.Value.Change);
        changes.Reverse();
        return changes;
    }
}
