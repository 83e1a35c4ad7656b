using System.Text.Json;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Devices;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.State;
using IoTOrleans.Sqlite;
using Orleans.Providers;

namespace IoTOrleans.Silo.Catalogue;

/// <summary>The rows of the grain state table; the cursor is the last thing's name.</summary>
internal sealed class SqliteCatalogue(SqliteStore store) : IThingCatalogue
{
    public async Task<CataloguePage> List(string? cursor, int limit, CancellationToken cancellationToken)
    {
        GrainId? after = cursor is null ? null : GrainId.Create(DeviceNames.GrainType, cursor);
        var rows = await store.ListGrains(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, DeviceNames.State, after, limit, cancellationToken);
        var things = rows.Select(row => new StoredThing(row.GrainId.Key.ToString()!, Read(row))).ToList();
        return new(things, things.Count < limit ? null : things[^1].ThingName);
    }

    private DeviceState Read(StoredGrain row)
    {
        try
        {
            return JsonSerializer.Deserialize<DeviceState>(row.Data.ToMemory().Span, DeviceStateJson.Options) ?? new();
        }
        catch (JsonException cause)
        {
            throw new SqliteStoreException(SqliteStoreError.UnreadableState,
                $"The state of {row.GrainId} in {store.Path} cannot be read ({cause.Message.ReplaceLineEndings(" ")}): "
                + "mend its row in the table grain_state, or delete it to let the thing begin anew.", cause);
        }
    }
}
