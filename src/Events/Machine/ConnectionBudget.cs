using System.Net;

namespace IoTOrleans.Events.Machine;

/// <summary>
/// The connections of one port. Those that are silent have places of their own, where one more evicts another: so a newcomer always gets
/// in, and has time to say what it wants. Only then it needs a place among those that are served.
/// </summary>
/// <param name="mostSilent">For connections of loopback, and as many again for all others.</param>
/// <param name="reserve">Places beyond <paramref name="mostServed"/> for loopback.</param>
/// <param name="mostStreams">Answers that go on until their reader leaves have places of their own, and take none of the others.</param>
internal sealed class ConnectionBudget(int mostSilent, int mostServed, int reserve = 0, int mostStreams = 0)
{
    private readonly Lock _gate = new();
    private readonly SilentConnections<BudgetedConnection> _here = new(mostSilent);
    private readonly SilentConnections<BudgetedConnection> _elsewhere = new(mostSilent);
    private int _served;
    private int _streams;

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
                if (_served >= room || !TrySpeak(connection)) return false;
                _served++;
            }

            connection.Requests++;
            return true;
        }
    }

    /// <summary>The connection begins a stream. May be called again before <see cref="EndStream"/>.</summary>
    /// <returns>False: all places for streams are taken, or it was evicted meanwhile. It stays where it is.</returns>
    public bool TryStream(BudgetedConnection connection)
    {
        lock (_gate)
        {
            if (_streams >= mostStreams || !TrySpeak(connection)) return false;
            _streams++;
            connection.Streams++;
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
            if (connection.Streams > 0) return;
            evicted = Silence(connection);
        }

        Evict(evicted);
    }

    public void EndStream(BudgetedConnection connection)
    {
        SilentConnections<BudgetedConnection>.Evicted? evicted;
        lock (_gate)
        {
            if (connection.Streams == 0) return;
            _streams--;
            if (--connection.Streams > 0 || connection.Requests > 0) return;
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
            _streams -= connection.Streams;
            if (connection.Place is not null) Leave(connection.Place);
            (connection.Requests, connection.Streams, connection.Place) = (0, 0, null);
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

    /// <returns>False: it was evicted.</returns>
    private bool TrySpeak(BudgetedConnection connection)
    {
        if (connection.Requests + connection.Streams > 0) return true;
        if (connection.Place is null) return false;
        Leave(connection.Place);
        connection.Place = null;
        return true;
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

    internal int Streams { get; set; }
}
