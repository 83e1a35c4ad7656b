namespace IoTOrleans.Events.Mqtt;

/// <summary>
/// The changes of one thing that are not stored yet, oldest first. While storage fails, a thing that comes and goes keeps its first change
/// and its last ones, and loses whole connections in between. Not thread-safe.
/// </summary>
internal sealed class WaitingChanges
{
    internal const int Max = 4;

    private readonly List<ConnectionChange> _changes = [];

    /// <summary>Failed attempts in a row to report the first change.</summary>
    internal int Failures { get; set; }

    internal int Count => _changes.Count;

    internal ConnectionChange First => _changes[0];

    internal ConnectionChange Newest => _changes[^1];

    /// <returns>How many older changes were dropped.</returns>
    internal int Add(ConnectionChange change)
    {
        var dropped = _changes.Count == Max ? DropOldestVisit() : 0;
        _changes.Add(change);
        return dropped;
    }

    internal void RemoveFirst() => _changes.RemoveAt(0);

    /// <summary>
    /// Drops a connect and, if it is here, the disconnect of the same connection: what remains is consistent, and its times are true. The
    /// first change stays, since it may be on its way. There is always one to drop: of two neighbours at least one is a connect.
    /// </summary>
    private int DropOldestVisit()
    {
        var connect = _changes.FindIndex(1, change => change.Connected);
        var count = _changes[connect + 1].Connected ? 1 : 2;
        _changes.RemoveRange(connect, count);
        return count;
    }
}
