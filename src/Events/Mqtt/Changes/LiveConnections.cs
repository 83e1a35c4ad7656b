using System.Diagnostics.CodeAnalysis;
using IoTOrleans.Events.Machine;

namespace IoTOrleans.Events.Mqtt;

/// <summary>
/// The things that are connected now. Only this class makes connection changes, under one lock: so the changes of a thing leave in the
/// order of their numbers.
/// </summary>
internal sealed class LiveConnections(BrokerOutbox outbox, BrokerClock clock, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Visit> _visits = new(StringComparer.Ordinal);
    private long _lastNumber;
    private bool _stopping;

    /// <summary>Nothing is reported from now on: the broker itself ends the connections.</summary>
    internal void Stop()
    {
        lock (_gate) _stopping = true;
    }

    /// <param name="takenOver">Called when the same thing connects again while this connection is still open.</param>
    /// <returns>false: the broker is stopping.</returns>
    internal bool TryBegin(string thingName, ClientAddress from, Action takenOver, [NotNullWhen(true)] out Visit? visit)
    {
        Visit? former;
        lock (_gate)
        {
            visit = null;
            if (_stopping) return false;
            _visits.TryGetValue(thingName, out former);
            ClientAddress? elsewhere = former is not null && former.From != from ? former.From : null;
            visit = new Visit(thingName, ++_lastNumber, time.GetUtcNow(), takenOver) { From = from, FormerElsewhere = elsewhere };
            _visits[thingName] = visit;
            outbox.Add(thingName, Change(visit.Number, connected: true, visit.At) with { FromElsewhere = elsewhere is not null });
        }

        former?.TakenOver();
        return true;
    }

    /// <summary>
    /// Does not report the end of a connection that another one of the same thing took over: the thing is connected, and its grain would
    /// ignore a disconnect with the older number.
    /// </summary>
    internal void End(Visit visit, string reason)
    {
        lock (_gate)
        {
            if (_stopping || !_visits.TryGetValue(visit.ThingName, out var current) || current != visit) return;
            _visits.Remove(visit.ThingName);
            outbox.Add(visit.ThingName, Change(visit.Number, connected: false, time.GetUtcNow()) with { DisconnectReason = reason });
        }
    }

    /// <returns>false: the broker has not started yet, or stops.</returns>
    internal bool TryFind(string thingName, out Visit? visit)
    {
        lock (_gate)
        {
            visit = _visits.GetValueOrDefault(thingName);
            return !_stopping && clock.Current is not null;
        }
    }

    private ConnectionChange Change(long number, bool connected, DateTimeOffset at) =>
        new(connected, ChangeKind.Broker, EventSource.Broker, at, at) { Number = number, BrokerStart = clock.Current?.Number };
}

/// <summary>One connection of one thing.</summary>
/// <param name="Number">Counts the connections of all things since the broker's start.</param>
internal sealed record Visit(string ThingName, long Number, DateTimeOffset At, Action TakenOver)
{
    internal ClientAddress From { get; init; }

    /// <summary>The address of the open connection that this one took over, if it is another one.</summary>
    internal ClientAddress? FormerElsewhere { get; init; }
}
