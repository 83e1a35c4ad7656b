using IoTOrleans.Grains.Devices;

namespace IoTOrleans.Silo.Catalogue;

/// <summary>Asks things by way of their grains. One whose stored state cannot be read has no grain; nothing is known of it.</summary>
internal sealed class AskedThings(IGrainFactory grains, StoredThings stored, UnreadableThings unreadable, StoredStatus statuses)
{
    /// <returns>Null: never heard of.</returns>
    public Task<DeviceStatus?> Status(string thingName) =>
        Ask(thingName, grain => grain.GetStatus(), damaged => statuses.Of(thingName, damaged.State));

    public async Task<StoredThing> State(string thingName) =>
        (await Ask(thingName, async grain => new StoredThing(thingName, await grain.GetState()), damaged => damaged))!;

    private async Task<T?> Ask<T>(string thingName, Func<IDeviceGrain, Task<T?>> ask, Func<StoredThing, T> instead)
        where T : class
    {
        var grain = grains.GetGrain<IDeviceGrain>(thingName);
        if (unreadable.IsOne(thingName)) return await Stored() ?? await ask(grain);
        try
        {
            return await ask(grain);
        }
        catch (Exception)
        {
            // Not while storage does not answer: that is no damage, and this read fails as well.
            if (await Stored() is { } answer) return answer;
            throw;
        }

        // Null: it can be read.
        async Task<T?> Stored() => await stored.Read(thingName) is { Unreadable: not null } damaged ? instead(damaged) : null;
    }
}
