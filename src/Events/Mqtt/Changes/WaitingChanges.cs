namespace IoTOrleans.Events.Mqtt;

/// <summary>
/// What one thing has still to say, oldest first. Bounded: while nobody listens, a thing that comes and goes keeps its first
/// word and its last ones, and loses whole visits from between. Not thread-safe.
/// </summary>
internal sealed class WaitingChanges
{
    internal const int Max = 4;

    private readonly List<ConnectionChange> changes = [];

    /// <summary>Attempts in a row that failed; belongs to whoever hands the first one over.</summary>
    internal int Failures { get; set; }

    internal int Count => changes.Count;

    internal ConnectionChange First => changes[0];

    internal ConnectionChange Newest => changes[^1];

    /// <returns>How many older ones had to go.</returns>
    internal int Add(ConnectionChange change)
    {
        var dropped = changes.Count == Max ? DropOldestVisit() : 0;
        changes.Add(change);
        return dropped;
    }

    internal void RemoveFirst() => changes.RemoveAt(0);

    /// <summary>
    /// A visit is a connect and, if it is here, the disconnect that names the same connection: gone together, the rest still
    /// makes sense by itself and every time in it is true. The first change stays, it may be on its way this very moment.
    /// There is always a visit to drop: of two neighbours at least one is a connect.
    /// </summary>
    private int DropOldestVisit()
    {
        var connect = changes.FindIndex(1, change => change.Connected);
        var count = changes[connect + 1].Connected ? 1 : 2;
        changes.RemoveRange(connect, count);
        return count;
    }
}
