using IoTOrleans.Contracts;

namespace IoTOrleans.Grains.Tests.World.Runtime;

/// <summary>
/// Orleans' persistent state: what the activation last read or wrote, and its ETag. A write whose answer is lost leaves it as it was.
/// </summary>
internal sealed class ActivationState(SimulatedSilo silo, GrainId grainId) : IPersistentState<DeviceState>
{
    public DeviceState State { get; set; } = new();

    public string Etag { get; private set; } = null!;

    public bool RecordExists { get; private set; }

    public Task ReadStateAsync() =>
        Do(EffectKind.Read, new DeviceState(), row => silo.World.Storage.ReadStateAsync("device", grainId, row));

    public Task WriteStateAsync() => Do(EffectKind.Write, State, row => silo.World.Storage.WriteStateAsync("device", grainId, row));

    public Task ClearStateAsync() => Do(EffectKind.Write, State, row => silo.World.Storage.ClearStateAsync("device", grainId, row));

    private async Task Do(EffectKind kind, DeviceState state, Func<GrainState<DeviceState>, Task> call)
    {
        var row = await silo.World.Do(silo, new(kind, grainId.Key.ToString()!), () =>
        {
            var sent = new GrainState<DeviceState>(state, Etag) { RecordExists = RecordExists };
            call(sent).GetAwaiter().GetResult();
            return sent;
        });
        (State, Etag, RecordExists) = (row.State!, row.ETag!, row.RecordExists);
    }
}
