using System.Collections.Concurrent;
using Orleans.Providers;
using Orleans.Runtime.Hosting;
using Orleans.Storage;

namespace IoTOrleans.Silo.Storage;

/// <summary>Orleans' own storage and reminders in memory: for tests and for a first look.</summary>
internal static class MemoryProvider
{
    private const string MemoryStorage = "Memory";

    public static void UseMemory(this ISiloBuilder silo)
    {
        silo.AddMemoryGrainStorage(MemoryStorage);
        silo.Services.AddSingleton(provider => new MemoryCatalogue(provider.GetRequiredKeyedService<IGrainStorage>(MemoryStorage)));
        silo.Services.AddSingleton<IThingCatalogue>(provider => provider.GetRequiredService<MemoryCatalogue>());
        silo.Services.AddSingleton<CountStored>(_ => Task.FromResult(0L));
        silo.Services.AddGrainStorage(
            ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, (provider, _) => provider.GetRequiredService<MemoryCatalogue>());
        silo.UseInMemoryReminderService();
    }
}

/// <summary>Lists the things in Orleans' memory storage, which cannot be enumerated. The cursor is the last thing's name.</summary>
internal sealed class MemoryCatalogue(IGrainStorage storage) : IThingCatalogue, IGrainStorage
{
    private readonly ConcurrentDictionary<string, DeviceState> _things = new(StringComparer.Ordinal);

    public Task<CataloguePage> List(string? cursor, int limit, CancellationToken cancellationToken)
    {
        List<StoredThing> things =
        [
            .. _things.Where(thing => cursor is null || string.CompareOrdinal(thing.Key, cursor) > 0)
                .OrderBy(thing => thing.Key, StringComparer.Ordinal).Take(limit).Select(thing => new StoredThing(thing.Key, thing.Value)),
        ];
        return Task.FromResult(new CataloguePage(things, things.Count < limit ? null : things[^1].ThingName));
    }

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        storage.ReadStateAsync(stateName, grainId, grainState);

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await storage.WriteStateAsync(stateName, grainId, grainState);
        if (grainState.State is DeviceState state) _things[grainId.Key.ToString()!] = state;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await storage.ClearStateAsync(stateName, grainId, grainState);
        if (typeof(T) == typeof(DeviceState)) _things.TryRemove(grainId.Key.ToString()!, out _);
    }
}
