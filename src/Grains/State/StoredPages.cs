using Orleans.Storage;

namespace IoTOrleans.Grains.State;

/// <summary>A list that is too long for one item, in numbered items beside the state of its grain.</summary>
/// <param name="grainType">In the keys of the items, so never to be changed.</param>
internal sealed class StoredPages<T>(IServiceProvider services, string name, string grainType)
    where T : class, new()
{
    private readonly GrainType _type = GrainType.Create(grainType);

    /// <summary>Resolved only when needed: tests run grains without any storage.</summary>
    private IGrainStorage Storage => services.GetRequiredService<IGrainStorage>();

    public GrainId IdOf(string id, int number) => GrainId.Create(_type, $"{id}.{number}");

    public Task Write(string id, int number, T page) => Storage.WriteStateAsync(name, IdOf(id, number), new GrainState<T>(page));

    /// <returns>Null: it is not there.</returns>
    public async Task<T?> Read(string id, int number) => await Find(id, number) is { RecordExists: true } page ? page.State : null;

    /// <returns>Whether it was there.</returns>
    public async Task<bool> Delete(string id, int number)
    {
        var page = await Find(id, number);
        if (!page.RecordExists) return false;
        await Storage.ClearStateAsync(name, IdOf(id, number), page);
        return true;
    }

    private async Task<GrainState<T>> Find(string id, int number)
    {
        var page = new GrainState<T>(new T());
        await Storage.ReadStateAsync(name, IdOf(id, number), page);
        return page;
    }
}
