using IoTOrleans.Grains.Mutes;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Devices;

/// <summary>
/// What a thing's grain would answer, worked out from its stored state: a list of a million things must not activate them all.
/// </summary>
public sealed class StoredStatus
{
    private readonly PresencePolicies _policies;
    private readonly MuteBook _mutes;
    private readonly TimeProvider _time;

    internal StoredStatus(PresencePolicies policies, MuteBook mutes, TimeProvider time) =>
        (_policies, _mutes, _time) = (policies, mutes, time);

    /// <summary>Nothing is left of it but a notification that is owed.</summary>
    public static bool IsForgotten(DeviceState stored) => RemovalRules.IsForgotten(stored);

    public DeviceStatus Of(string thingName, DeviceState stored)
    {
        var now = ToMilliseconds(_time.GetUtcNow());
        return StatusView.Of(stored, _mutes.Over(_policies.For(thingName), stored, now), now);
    }
}
