using IoTOrleans.DynamoDB.Client;
using IoTOrleans.DynamoDB.Storage;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace IoTOrleans.DynamoDB;

/// <summary>A failed call leaves the grain's copy (<c>State</c>, <c>ETag</c>, <c>RecordExists</c>) unchanged.</summary>
public sealed class DynamoDBGrainStorage : IGrainStorage
{
    private readonly string _name;
    private readonly string _service;
    private readonly DynamoDBTable _table;
    private readonly IGrainStorageSerializer _serializer;
    private readonly IActivatorProvider _activators;

    internal DynamoDBGrainStorage(
        string name, string service, DynamoDBTable table, IGrainStorageSerializer serializer, IActivatorProvider activators) =>
        (_name, _service, _table, _serializer, _activators) = (name, service, table, serializer, activators);

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ReadStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        WriteStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ClearStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        var key = Key(stateName, grainId);
        var item = await _table.Read(key.ToItem(), cancellationToken);
        var state = item is null ? default : Deserialize<T>(key, GrainStateItem.DataOf(item));
        grainState.State = state ?? Fresh<T>();
        grainState.ETag = DynamoDBTable.ETagOf(item);

        // As with Orleans' own providers: a state written as null has an ETag, and no record exists.
        grainState.RecordExists = state is not null;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        var key = Key(stateName, grainId);
        var expected = grainState.ETag;
        var etag = ETags.New();
        var item = GrainStateItem.From(key, etag, _serializer.Serialize(grainState.State));
        var condition = expected is null ? WriteCondition.Absent : WriteCondition.ETagIs(expected);
        var conflict = await _table.Put(item, condition, cancellationToken);
        ThrowIf(conflict, "written", key, expected);
        grainState.ETag = etag;
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        var key = Key(stateName, grainId);
        var expected = grainState.ETag;
        var conflict = expected is null
            ? await _table.Read(key.ToItem(), cancellationToken) is { } item ? new Conflict(DynamoDBTable.ETagOf(item)) : null
            : await _table.Delete(key.ToItem(), WriteCondition.ETagIs(expected), cancellationToken);
        ThrowIf(conflict, "cleared", key, expected);
        grainState.State = Fresh<T>();
        grainState.ETag = null;
        grainState.RecordExists = false;
    }

    /// <summary>Reads a state that does not exist. Throws if the table cannot be read.</summary>
    public Task Ping(CancellationToken cancellationToken = default) =>
        _table.Read(TableSchema.GrainState.Key($"{_service}#", $"{_name}#"), cancellationToken);

    /// <summary>
    /// Pages through the grains of one type that have a state, each once, in no particular order. A page looks at no more than ten times
    /// <paramref name="limit"/> items, so it may be short or empty. The last page has no cursor.
    /// </summary>
    /// <param name="stateName">Name of the state, as the grain declares it.</param>
    /// <param name="limit">At most this many, from 1 to 1,000.</param>
    /// <param name="cursor">The cursor of the page before; null: the first page.</param>
    /// <exception cref="FormatException">The cursor did not come from a page.</exception>
    public Task<GrainPage> ListGrains(
        string stateName, GrainType grainType, int limit, string? cursor = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1000);
        return new GrainScan(_table, _service, $"{grainType}/", $"{_name}#{stateName}").Page(limit, cursor, cancellationToken);
    }

    private GrainStateKey Key(string stateName, GrainId grainId) => new(_service, _name, stateName, grainId);

    private T? Deserialize<T>(GrainStateKey key, BinaryData data)
    {
        try
        {
            return _serializer.Deserialize<T>(data);
        }
        catch (Exception cause)
        {
            throw new DynamoDBStoreException(DynamoDBStoreError.Unreadable,
                $"The state {key} in the DynamoDB table {_table.Name} cannot be read as {typeof(T).Name} ({Failures.OneLine(cause)}): "
                + "repair its item, or delete it, and the grain starts without a state.", cause);
        }
    }

    private T Fresh<T>() => _activators.GetActivator<T>().Create();

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
