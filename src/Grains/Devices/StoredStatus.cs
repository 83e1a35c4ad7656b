using IoTOrleans.Contracts;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Devices;

/// <summary>What a thing's grain would answer by what is stored of it, without waking it: a list of a million things must not load them all.</summary>
public sealed class StoredStatus
{
    private readonly PresencePolicies _policies;
    private readonly TimeProvider _time;

    internal StoredStatus(PresencePolicies policies, TimeProvider time) => (_policies, _time) = (policies, time);

    public DeviceStatus Of(string thingName, DeviceState stored) =>
        StatusView.Of(stored, _policies.For(thingName), PresenceRules.ToMilliseconds(_time.GetUtcNow()));
}
