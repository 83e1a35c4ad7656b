using IoTOrleans.Grains.State;

namespace IoTOrleans.Events.Mqtt;

/// <summary>Counts the starts of the embedded broker, over restarts of the process: its connections are numbered from 1 in each.</summary>
[Alias("IoTOrleans.IBrokerGrain")]
internal interface IBrokerGrain : IGrainWithIntegerKey
{
    /// <summary>Counts and stores one start more.</summary>
    /// <returns>Its number; the first is 1.</returns>
    [Alias("Started")]
    Task<long> Started();
}

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
