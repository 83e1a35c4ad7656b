using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace IoTOrleans.Sqlite.Storage;

/// <summary>A failed call leaves the grain's copy (<c>State</c>, <c>ETag</c>, <c>RecordExists</c>) unchanged.</summary>
internal sealed class SqliteGrainStorage(
    string name, SqliteStore store, IGrainStorageSerializer serializer, IActivatorProvider activators) : IGrainStorage
{
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ReadStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        WriteStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ClearStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        var key = new GrainStateKey(name, stateName, grainId);
        var stored = await store.Read(connection => GrainStateTable.Read(connection, key), cancellationToken);
        var state = stored is null ? default : Deserialize<T>(key, stored.Data);
        grainState.State = state ?? Fresh<T>();
        grainState.ETag = stored?.ETag;

        // As with Orleans' own providers: a state written as null has an ETag, and no record exists.
        grainState.RecordExists = state is not null;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        var key = new GrainStateKey(name, stateName, grainId);
        var value = StateValue.Of(serializer.Serialize(grainState.State));
        var expected = grainState.ETag;

        // Random, not counted: a counter would start again after a clear, and an ETag from before the clear could fit again.
        var newETag = Guid.NewGuid().ToString("N");
        var conflict = await store.Write(
            connection => GrainStateTable.Write(connection, key, expected, newETag, value), cancellationToken);
        ThrowIf(conflict, "written", key, expected);
        grainState.ETag = newETag;
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        var key = new GrainStateKey(name, stateName, grainId);
        var expected = grainState.ETag;
        var conflict = await store.Write(connection => GrainStateTable.Delete(connection, key, expected), cancellationToken);
        ThrowIf(conflict, "cleared", key, expected);
        grainState.State = Fresh<T>();
        grainState.ETag = null;
        grainState.RecordExists = false;
    }

    private T? Deserialize<T>(GrainStateKey key, BinaryData data)
    {
        try
        {
            return serializer.Deserialize<T>(data);
        }
        catch (Exception cause)
        {
            throw new SqliteStoreException(SqliteStoreError.UnreadableState,
                $"The state {key} in {store.Path} cannot be read as {typeof(T).Name} ({cause.Message.ReplaceLineEndings(" ")}): "
                + "repair its row in the table grain_state, or delete it, and the grain starts without a state.", cause);
        }
    }

    private T Fresh<T>() => activators.GetActivator<T>().Create();

    private static void ThrowIf(Conflict? conflict, string verb, GrainStateKey key, string? expected)
    {
        if (conflict is null) return;
        throw new InconsistentStateException(
            $"The state {key} was not {verb}: somebody else changed it "
            + $"(stored ETag {conflict.StoredETag ?? "none"}, ours {expected ?? "none"}).",
            conflict.StoredETag,
            expected);
    }
}
