using System.Net;

namespace IoTOrleans.Events.Machine;

/// <summary>
/// The connections of one port. Those that are silent have places of their own, where one more evicts another: so a newcomer always gets
/// in, and has time to say what it wants. Only then it needs a place among those that are served.
/// </summary>
/// <param name="mostSilent">For connections of loopback, and as many again for all others.</param>
/// <param name="reserve">Places beyond <paramref name="mostServed"/> for loopback.</param>
internal sealed class ConnectionBudget(int mostSilent, int mostServed, int reserve = 0)
{
    private readonly Lock _gate = new();
    private readonly SilentConnections<BudgetedConnection> _here = new(mostSilent);
    private readonly SilentConnections<BudgetedConnection> _elsewhere = new(mostSilent);
    private int _served;

    /// <summary>A new connection: it is silent.</summary>
    /// <param name="evict">Closes it, once at most. Its reason is the tag of a metric.</param>
    public BudgetedConnection Enter(EndPoint? client, Action<string> evict)
    {
        var connection = new BudgetedConnection(ClientAddress.Of(client), evict);
        SilentConnections<BudgetedConnection>.Evicted? evicted;
        lock (_gate) evicted = Silence(connection);
        Evict(evicted);
        return connection;
    }

    /// <summary>The connection says what it wants. May be called again before <see cref="Rest"/>.</summary>
    /// <returns>False: all places are taken, or it was evicted meanwhile. It stays where it is.</returns>
    public bool TryServe(BudgetedConnection connection)
    {
        lock (_gate)
        {
            if (connection.Requests == 0)
            {
                var room = mostServed + (connection.From.IsLoopback ? reserve : 0);
                if (connection.Place is null || _served >= room) return false;
                Leave(connection.Place);
                connection.Place = null;
                _served++;
            }

            connection.Requests++;
            return true;
        }
    }

    /// <summary>Has got what it wanted. It is silent until it wants something else.</summary>
    public void Rest(BudgetedConnection connection)
    {
        SilentConnections<BudgetedConnection>.Evicted? evicted;
        lock (_gate)
        {
            if (connection.Requests == 0 || --connection.Requests > 0) return;
            _served--;
            evicted = Silence(connection);
        }

        Evict(evicted);
    }

    /// <summary>It is closed.</summary>
    public void Leave(BudgetedConnection connection)
    {
        lock (_gate)
        {
            if (connection.Requests > 0) _served--;
            if (connection.Place is not null) Leave(connection.Place);
            (connection.Requests, connection.Place) = (0, null);
        }
    }

    /// <summary>Makes room where it is short for another reason.</summary>
    /// <returns>False: no connection is silent.</returns>
    public bool EvictOne()
    {
        SilentConnections<BudgetedConnection>.Evicted? evicted;
        lock (_gate)
        {
            evicted = _elsewhere.EvictOne() ?? _here.EvictOne();
            if (evicted is not null) evicted.Connection.Place = null;
        }

        Evict(evicted);
        return evicted is not null;
    }

    private SilentConnections<BudgetedConnection>.Evicted? Silence(BudgetedConnection connection)
    {
        connection.Place = PlacesOf(connection.From).Add(connection.From, connection, out var evicted);
        if (evicted is not null) evicted.Connection.Place = null;
        return evicted;
    }

    /// <summary>Outside of the lock: closing a connection may take a while.</summary>
    private static void Evict(SilentConnections<BudgetedConnection>.Evicted? evicted) =>
        evicted?.Connection.Evict(evicted.HadMore ? "share" : "silent");

    private void Leave(SilentConnections<BudgetedConnection>.Place place) => PlacesOf(place.From).Remove(place);

    private SilentConnections<BudgetedConnection> PlacesOf(ClientAddress from) => from.IsLoopback ? _here : _elsewhere;
}

/// <summary>One connection in a <see cref="ConnectionBudget"/>, which alone changes it.</summary>
internal sealed class BudgetedConnection(ClientAddress from, Action<string> evict)
{
    internal ClientAddress From => from;

    internal Action<string> Evict => evict;

    /// <summary>Null: it is served, or gone.</summary>
    internal SilentConnections<BudgetedConnection>.Place? Place { get; set; }

    internal int Requests { get; set; }
}
