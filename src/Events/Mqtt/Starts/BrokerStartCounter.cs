namespace IoTOrleans.Events.Mqtt;

internal interface IBrokerStartCounter
{
    /// <summary>The number of this start, greater than all before; stored when it returns.</summary>
    Task<long> Next();
}

internal sealed class GrainStartCounter(IGrainFactory grains) : IBrokerStartCounter
{
    private const long TheOne = 0;

    public async Task<long> Next()
    {
        try
        {
            return await grains.GetGrain<IBrokerGrain>(TheOne).Started();
        }
        catch (Exception exception)
        {
            throw new StartupException(
                $"The MQTT broker could not store that it starts: {exception.Message} "
                + $"See to Storage:Provider, or set {MqttBrokerOptions.Section}:Port=0 for no MQTT broker.",
                exception);
        }
    }
}
