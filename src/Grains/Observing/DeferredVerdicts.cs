using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Observing;

/// <summary>Counts things whose verdict is deferred. If the number stays up, the queue is not read fast enough, or not at all.</summary>
internal sealed class DeferredVerdicts
{
    /// <summary>A deferred thing is looked at far more often. One that is not has moved to another silo.</summary>
    private static readonly TimeSpan Forgotten = DeferralRules.LookEvery * 3;

    private readonly ConcurrentDictionary<string, DateTimeOffset> _lastLook = new(StringComparer.Ordinal);

    private readonly TimeProvider _time;

    public DeferredVerdicts(GrainMetrics metrics, [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time)
    {
        _time = time;
        metrics.ObserveDeferred(Count);
    }

    public void Note(string thingName, DeviceState state, DateTimeOffset now)
    {
        if (state.Memory.HeldSince is not null) _lastLook[thingName] = now;
        else if (!_lastLook.IsEmpty) _lastLook.TryRemove(thingName, out _);
    }

    public int Count()
    {
        var now = _time.GetUtcNow();
        foreach (var look in _lastLook)
        {
            if (now - look.Value > Forgotten) _lastLook.TryRemove(look);
        }

        return _lastLook.Count;
    }
}
