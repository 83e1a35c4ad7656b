using Orleans.Storage;

namespace IoTOrleans.Grains.Devices;

/// <summary>Reads one thing from storage without its grain, which cannot even be activated if its state cannot be read.</summary>
public sealed class StoredThings(IServiceProvider services, UnreadableThings unreadable)
{
    private static readonly GrainType Device = GrainType.Create(DeviceNames.GrainType);

    /// <returns>Null: nothing is stored of it.</returns>
    public async Task<StoredThing?> Read(string thingName)
    {
        var thing = new GrainState<Lenient<DeviceState>>(new());
        await services.GetRequiredService<IGrainStorage>()
            .ReadStateAsync(DeviceNames.State, GrainId.Create(Device, thingName), thing);
        return thing.RecordExists ? unreadable.Take(thingName, thing.State ?? new()) : null;
    }
}
