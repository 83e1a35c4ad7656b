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
    public static void CountThings(this IServiceCollection services)
    {
        var inner = services.Last(service => service.IsKeyedService && service.ServiceType == typeof(IGrainStorage)
            && Equals(service.ServiceKey, ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME));
        services.Remove(inner);
        services.AddKeyedSingleton<IGrainStorage>(inner.ServiceKey, (provider, key) => new CountedStorage(
            (IGrainStorage)inner.KeyedImplementationFactory!(provider, key), provider.GetRequiredService<ThingLimit>()));
    }

    private sealed class CountedStorage(IGrainStorage inner, ThingLimit things) : IGrainStorage
    {
        public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
            ReadStateAsync(stateName, grainId, grainState, CancellationToken.None);

        public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
            WriteStateAsync(stateName, grainId, grainState, CancellationToken.None);

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
            ClearStateAsync(stateName, grainId, grainState, CancellationToken.None);

        public Task ReadStateAsync<T>(
            string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken) =>
            inner.ReadStateAsync(stateName, grainId, grainState, cancellationToken);

        public async Task WriteStateAsync<T>(
            string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
        {
            await things.Count(cancellationToken);
            var isNew = typeof(T) == typeof(DeviceState) && !grainState.RecordExists;
            await inner.WriteStateAsync(stateName, grainId, grainState, cancellationToken);
            if (isNew) things.Added();
        }

        public async Task ClearStateAsync<T>(
            string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
        {
            await things.Count(cancellationToken);
            var isGone = typeof(T) == typeof(DeviceState) && grainState.RecordExists;
            await inner.ClearStateAsync(stateName, grainId, grainState, cancellationToken);
            if (isGone) things.Removed();
        }
    }
}
