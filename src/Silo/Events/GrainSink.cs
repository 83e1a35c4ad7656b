using IoTOrleans.Contracts;

namespace IoTOrleans.Silo.Events;

internal sealed class GrainSink(IGrainFactory grains) : IConnectionChangeSink
{
    public Task<PresenceReason> Report(string thingName, ConnectionChange change) => grains.GetGrain<IDeviceGrain>(thingName).Report(change);
}
