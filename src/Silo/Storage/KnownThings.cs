using IoTOrleans.Events;
using IoTOrleans.Grains.Devices;
using Orleans.Providers;
using Orleans.Storage;

namespace IoTOrleans.Silo.Storage;

/// <summary>How many things are stored when the service starts.</summary>
internal delegate Task<long> CountStored(CancellationToken cancellationToken);

/// <param name="services">Grain storage is counted, so it cannot come before this.</param>
internal sealed class KnownThings(IServiceProvider services) : IKnownThings
{
    public Task<long> Count(CancellationToken cancellationToken) => services.GetRequiredService<CountStored>()(cancellationToken);

    public async Task<bool> Knows(string thingName, CancellationToken cancellationToken)
    {
        var storage = services.GetRequiredKeyedService<IGrainStorage>(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME);
        var thing = new GrainState<DeviceState>(new DeviceState());
        await storage.ReadStateAsync(DeviceNames.State, GrainId.Create(DeviceNames.GrainType, thingName), thing, cancellationToken);
        return thing.RecordExists;
    }
}

internal static class CountedThings
{
    /// <summary>Tells the <see cref="ThingLimit"/> of each thing that is stored for the first time or deleted.</summary>
    public static void CountThings(this IServiceCollection services) =>
        services.WrapGrainStorage((provider, inner) => new CountedStorage(inner, provider.GetRequiredService<ThingLimit>()));

    private sealed class CountedStorage(IGrainStorage inner, ThingLimit things) : WrappedStorage(inner)
    {
        protected override async Task Write<T>(IGrainState<T> state, Func<Task> write, CancellationToken cancellationToken)
        {
            await things.Count(cancellationToken);
            var isNew = typeof(T) == typeof(DeviceState) && !state.RecordExists;
            await write();
            if (isNew) things.Added();
        }

        protected override async Task Clear<T>(IGrainState<T> state, Func<Task> clear, CancellationToken cancellationToken)
        {
            await things.Count(cancellationToken);
            var isGone = typeof(T) == typeof(DeviceState) && state.RecordExists;
            await clear();
            if (isGone) things.Removed();
        }
    }
}
