using System.Diagnostics.Metrics;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Dispatch;

/// <summary>
/// Whose verdict is held on this silo, as a gauge: a number that stays up means that the queue is not read fast enough, or not at all.
/// </summary>
internal sealed class DeferredVerdicts
{
    /// <summary>A held thing is looked at far more often; one that is not any more has moved to another silo.</summary>
    private static readonly TimeSpan Forgotten = DeferralRules.LookEvery * 3;

    private readonly ConcurrentDictionary<string, DateTimeOffset> _lastLook = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;

    public DeferredVerdicts(IMeterFactory meters, [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time)
    {
        _time = time;
        meters.Create("IoTOrleans").CreateObservableGauge(
            "iot_orleans.verdicts.held", () => Count, "{thing}",
            "Things whose first verdict waits for what may still be on its way to us.");
    }

    public int Count
    {
        get
        {
            var now = _time.GetUtcNow();
            foreach (var (thingName, at) in _lastLook)
            {
                if (now - at > Forgotten) _lastLook.TryRemove(new(thingName, at));
            }

            return _lastLook.Count;
        }
    }

    public void Note(string thingName, DeviceState state, DateTimeOffset now)
    {
        if (state.Memory.HeldSince is not null) _lastLook[thingName] = now;
        else if (!_lastLook.IsEmpty) _lastLook.TryRemove(thingName, out _);
    }
}
