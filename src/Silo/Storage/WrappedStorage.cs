using Orleans.Providers;
using Orleans.Storage;

namespace IoTOrleans.Silo.Storage;

/// <summary>Does something around the calls to a grain storage.</summary>
internal abstract class WrappedStorage(IGrainStorage inner) : IGrainStorage
{
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ReadStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        WriteStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ClearStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken) =>
        Read(grainState, () => inner.ReadStateAsync(stateName, grainId, grainState, cancellationToken), cancellationToken);

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken) =>
        Write(grainState, () => inner.WriteStateAsync(stateName, grainId, grainState, cancellationToken), cancellationToken);

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken) =>
        Clear(grainState, () => inner.ClearStateAsync(stateName, grainId, grainState, cancellationToken), cancellationToken);

    protected virtual Task Read<T>(IGrainState<T> state, Func<Task> read, CancellationToken cancellationToken) => read();

    protected abstract Task Write<T>(IGrainState<T> state, Func<Task> write, CancellationToken cancellationToken);

    protected abstract Task Clear<T>(IGrainState<T> state, Func<Task> clear, CancellationToken cancellationToken);
}

internal static class WrappedStorageServices
{
    /// <summary>The default storage, which must be registered already.</summary>
    public static void WrapGrainStorage(this IServiceCollection services, Func<IServiceProvider, IGrainStorage, IGrainStorage> wrap)
    {
        var inner = services.Last(service => service.IsKeyedService && service.ServiceType == typeof(IGrainStorage)
            && Equals(service.ServiceKey, ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME));
        services.Remove(inner);
        services.AddKeyedSingleton(
            inner.ServiceKey, (provider, key) => wrap(provider, (IGrainStorage)inner.KeyedImplementationFactory!(provider, key)));
    }
}
