using IoTOrleans.Grains.State;

namespace IoTOrleans.Silo.Events.Mqtt;

internal sealed class BrokerGrain([PersistentState("broker")] IPersistentState<BrokerState> broker) : Grain, IBrokerGrain
{
    public async Task<long> Started()
    {
        broker.State = new BrokerState { Starts = broker.State.Starts + 1 };
        await this.StoreOrEnd(() => broker.WriteStateAsync());
        return broker.State.Starts;
    }
}

[GenerateSerializer, Immutable, Alias("IoTOrleans.BrokerState")]
internal sealed record BrokerState
{
    [Id(0)] public long Starts { get; init; }
}
