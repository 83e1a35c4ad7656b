using IoTOrleans.Grains.State;

namespace IoTOrleans.Events.Mqtt;

/// <summary>Counts the starts of the embedded broker over restarts of the process. Each start numbers its connections from 1.</summary>
[Alias("IoTOrleans.IBrokerGrain")]
internal interface IBrokerGrain : IGrainWithIntegerKey
{
    /// <summary>The key of the only broker.</summary>
    const long Key = 0;

    /// <summary>Counts and stores one more start.</summary>
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

internal sealed class BrokerClock : IBrokerClock
{
    private volatile BrokerStart? _current;

    public bool Expected => true;

    /// <summary>Keeps its value when the broker stops: grains that still work must not take the stop for another start.</summary>
    public BrokerStart? Current => _current;

    internal void Started(BrokerStart start) => _current = start;
}
