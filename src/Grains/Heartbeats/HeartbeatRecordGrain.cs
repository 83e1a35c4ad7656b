namespace IoTOrleans.Grains.Heartbeats;

/// <summary>
/// What is stored for the heartbeat. It is a grain of its own, so that the one that sends lives without storage. One, with the key 0.
/// </summary>
[Alias("IoTOrleans.IHeartbeatRecordGrain")]
internal interface IHeartbeatRecordGrain : IGrainWithIntegerKey
{
    /// <summary>What was stored last.</summary>
    [Alias("Read")]
    Task<HeartbeatRecord> Read();

    /// <summary>Writes it, and reads it back: storage works.</summary>
    [Alias("Store")]
    Task Store(HeartbeatRecord next);
}

/// <summary>Fields are only ever added.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.HeartbeatRecord")]
public sealed record HeartbeatRecord
{
    [Id(0)] public DateTimeOffset? At { get; init; }

    /// <summary>When the other service was told of the running blindness; null: it was not, or there is none.</summary>
    [Id(1)] public DateTimeOffset? FailedAt { get; init; }
}

[GrainType("heartbeat-record")]
internal sealed class HeartbeatRecordGrain([PersistentState("heartbeat")] IPersistentState<HeartbeatRecord> storage)
    : Grain, IHeartbeatRecordGrain
{
    public Task<HeartbeatRecord> Read() => Task.FromResult(storage.State);

    public Task Store(HeartbeatRecord next) => this.StoreOrEnd(async () =>
    {
        storage.State = next;
        await storage.WriteStateAsync();
        await storage.ReadStateAsync();
        if (storage.State.At != next.At) throw new InvalidOperationException("Storage does not return what was written a moment ago.");
    });
}
