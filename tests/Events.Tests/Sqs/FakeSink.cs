using System.Collections.Concurrent;
using IoTOrleans.Contracts;

namespace IoTOrleans.Events.Tests.Sqs;

/// <summary>Stores in memory, or does not.</summary>
internal sealed class FakeSink : IConnectionChangeSink
{
    private volatile bool _isDown;
    private int _running;

    /// <summary>Storage is down.</summary>
    public bool IsDown
    {
        get => _isDown;
        set => _isDown = value;
    }

    /// <summary>Decides about one thing; null: it is stored.</summary>
    public Func<string, Exception?> Fails { get; set; } = _ => null;

    /// <summary>Holds a call up until the task ends.</summary>
    public Func<string, Task> Waits { get; set; } = _ => Task.CompletedTask;

    /// <summary>Every attempt, in the order in which it began.</summary>
    public ConcurrentQueue<string> Attempts { get; } = new();

    public ConcurrentQueue<(string ThingName, ConnectionChange Change)> Stored { get; } = new();

    /// <summary>Connect failures as they were reported.</summary>
    public ConcurrentQueue<(string ThingName, IReadOnlyList<ConnectFailure> Failures)> Refused { get; } = new();

    public int MostAtOnce { get; private set; }

    public async Task<PresenceReason> Report(string thingName, ConnectionChange change)
    {
        lock (Attempts) MostAtOnce = Math.Max(MostAtOnce, ++_running);
        try
        {
            Attempts.Enqueue(thingName);
            await Waits(thingName);
            if (IsDown) throw new InvalidOperationException("Storage is down.");
            if (Fails(thingName) is { } exception) throw exception;
            Stored.Enqueue((thingName, change));
            return change.Connected ? PresenceReason.FirstConnected : PresenceReason.GraceStarted;
        }
        finally
        {
            lock (Attempts) _running--;
        }
    }

    /// <summary>All of them count.</summary>
    public async Task<int> Report(string thingName, IReadOnlyList<ConnectFailure> failures)
    {
        await Waits(thingName);
        if (IsDown) throw new InvalidOperationException("Storage is down.");
        Refused.Enqueue((thingName, failures));
        return failures.Count;
    }
}
