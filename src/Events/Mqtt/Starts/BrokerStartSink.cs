using IoTOrleans.Grains.Devices;

namespace IoTOrleans.Events.Mqtt;

/// <summary>Where things are told that the broker began anew and that they have not come back so far.</summary>
internal interface IBrokerStartSink
{
    /// <summary>Returns when it is stored; throws when it is not. May be called again for the same start.</summary>
    Task BrokerStarted(string thingName, BrokerStart start);
}

internal sealed class GrainBrokerStartSink(IGrainFactory grains) : IBrokerStartSink
{
    public Task BrokerStarted(string thingName, BrokerStart start) => grains.GetGrain<IDeviceAnswers>(thingName).BrokerStarted(start);
}
