using System.Collections.Concurrent;
using System.Text.Json;
using IoTOrleans.Grains.State;
using Orleans.Storage;

namespace IoTOrleans.Grains.Tests.Cluster;

/// <summary>Grain storage that survives silos, keeps what a real one would keep (JSON), counts, and fails on demand.</summary>
internal sealed class TestStorage : IGrainStorage
{
    private static readonly StateSerializer Serializer = new();

    private readonly ConcurrentDictionary<GrainId, (string Json, string ETag)> _rows = new();
    private int _etag;

    /// <summary>Called before a write is done; throwing loses it.</summary>
    public Action<GrainId>? BeforeWrite { get; set; }

    /// <summary>Called after a write is done; throwing loses only the answer.</summary>
    public Action<GrainId>? AfterWrite { get; set; }

    public Action<GrainId>? BeforeRead { get; set; }

    /// <summary>Called when a read is done, before whoever asked has the answer.</summary>
    public Action<GrainId>? AfterRead { get; set; }

    /// <summary>The grains of this type that have a state, in the order of their names.</summary>
    public IEnumerable<GrainId> OfType(GrainType type) =>
        _rows.Keys.Where(id => id.Type == type).OrderBy(id => id.Key.ToString(), StringComparer.Ordinal);

    public T? Read<T>(GrainId grainId) =>
        JsonOf(grainId) is { } json ? JsonSerializer.Deserialize<T>(json, DeviceStateJson.Options) : default;

    public int Writes { get; private set; }

    public int Reads { get; private set; }

    public string? JsonOf(GrainId grainId) => _rows.TryGetValue(grainId, out var row) ? row.Json : null;

    /// <summary>What another activation, on a silo that does not know of this one, would do.</summary>
    public void Overwrite<T>(GrainId grainId, T state) =>
        _rows[grainId] = (JsonSerializer.Serialize(state, DeviceStateJson.Options), NewETag());

    /// <summary>Somebody writes by hand, or a disk does.</summary>
    public void Damage(GrainId grainId, string json) => _rows[grainId] = (json, NewETag());

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        BeforeRead?.Invoke(grainId);
        Reads++;
        if (_rows.TryGetValue(grainId, out var row))
        {
            (grainState.State, grainState.ETag, grainState.RecordExists) =
                (Serializer.Deserialize<T>(BinaryData.FromString(row.Json))!, row.ETag, true);
        }
        else
        {
            (grainState.State, grainState.ETag, grainState.RecordExists) = (Activator.CreateInstance<T>(), null, false);
        }

        AfterRead?.Invoke(grainId);
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        BeforeWrite?.Invoke(grainId);
        CheckETag(grainId, grainState.ETag);
        Writes++;
        var etag = NewETag();
        _rows[grainId] = (Serializer.Serialize(grainState.State).ToString(), etag);
        AfterWrite?.Invoke(grainId);
        (grainState.ETag, grainState.RecordExists) = (etag, true);
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        BeforeWrite?.Invoke(grainId);
        CheckETag(grainId, grainState.ETag);
        _rows.TryRemove(grainId, out _);
        (grainState.State, grainState.ETag, grainState.RecordExists) = (Activator.CreateInstance<T>(), null, false);
        return Task.CompletedTask;
    }

    private void CheckETag(GrainId grainId, string? etag)
    {
        var stored = _rows.TryGetValue(grainId, out var row) ? row.ETag : null;
        if (stored != etag) throw new InconsistentStateException("Somebody else has written.", stored, etag);
    }

    private string NewETag() => Interlocked.Increment(ref _etag).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
