using System.Diagnostics.CodeAnalysis;

namespace IoTOrleans.Events.Mqtt;

/// <summary>
/// Which things are connected this moment, and the only place where connection changes are made: under one lock, so that the
/// changes of a thing leave in the order of their numbers.
/// </summary>
internal sealed class LiveConnections(BrokerOutbox outbox, BrokerClock clock, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Visit> visits = new(StringComparer.Ordinal);
    private long lastNumber;
    private bool stopping;

    /// <summary>From here on nothing is reported: whoever goes now was sent away by us.</summary>
    internal void Stop()
    {
        lock (gate) stopping = true;
    }

    /// <param name="takenOver">Called when the same thing connects again while this connection is still here.</param>
    /// <returns>false: the broker is stopping.</returns>
    internal bool TryBegin(string thingName, Action takenOver, [NotNullWhen(true)] out Visit? visit)
    {
        Visit? former;
        lock (gate)
        {
            visit = null;
            if (stopping) return false;
            visit = new Visit(thingName, ++lastNumber, time.GetUtcNow(), takenOver);
            visits.TryGetValue(thingName, out former);
            visits[thingName] = visit;
            outbox.Add(thingName, Change(visit.Number, connected: true, visit.At));
        }

        former?.TakenOver();
        return true;
    }

    /// <summary>
    /// A visit that another one of the same thing took over ends without a word: the thing is connected, and a disconnect with
    /// the older number would be ignored anyway.
    /// </summary>
    internal void End(Visit visit, string reason)
    {
        lock (gate)
        {
            if (stopping || !visits.TryGetValue(visit.ThingName, out var current) || current != visit) return;
            visits.Remove(visit.ThingName);
            outbox.Add(visit.ThingName, Change(visit.Number, connected: false, time.GetUtcNow()) with { DisconnectReason = reason });
        }
    }

    /// <returns>false: the broker cannot say, it does not watch (yet, or any more).</returns>
    internal bool TryFind(string thingName, out Visit? visit)
    {
        lock (gate)
        {
            visit = visits.GetValueOrDefault(thingName);
            return !stopping && clock.Current is not null;
        }
    }

    private ConnectionChange Change(long number, bool connected, DateTimeOffset at) =>
        new(connected, ChangeKind.Broker, EventSource.Broker, at, at) { Number = number, BrokerStart = clock.Current?.Number };
}

/// <summary>One connection of one thing.</summary>
/// <param name="Number">Counts the visits of all things since the broker's start.</param>
internal sealed class Visit(string thingName, long number, DateTimeOffset at, Action takenOver)
{
    internal string ThingName => thingName;

    internal long Number => number;

    internal DateTimeOffset At => at;

    internal Action TakenOver => takenOver;
}
