using System.Text.Json;
using IoTOrleans.Contracts;
using IoTOrleans.DynamoDB;
using IoTOrleans.Grains.Devices;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.State;
using Orleans.Providers;

namespace IoTOrleans.Silo.Catalogue;

/// <summary>A scan of the grain state table: paid by what it reads, so for people who look, and for rounds that take their time.</summary>
internal sealed class DynamoDBCatalogue([FromKeyedServices(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME)] DynamoDBGrainStorage storage) : IThingCatalogue
{
    public async Task<CataloguePage> List(string? cursor, int limit, CancellationToken cancellationToken)
    {
        try
        {
            var page = await storage.ListGrains(DeviceNames.State, GrainType.Create(DeviceNames.GrainType), limit, cursor, cancellationToken);
            return new([.. page.Grains.Select(grain => new StoredThing(grain.GrainId.Key.ToString()!, Read(grain)))], page.Cursor);
        }
        catch (FormatException)
        {
            throw new CursorException("It is not one that this service gave out.");
        }
    }

    private static DeviceState Read(StoredGrain grain)
    {
        try
        {
            return JsonSerializer.Deserialize<DeviceState>(grain.Data.ToMemory().Span, DeviceStateJson.Options) ?? new();
        }
        catch (JsonException cause)
        {
            throw new DynamoDBStoreException(DynamoDBStoreError.Unreadable,
                $"The stored state of {grain.GrainId} cannot be read ({cause.Message.ReplaceLineEndings(" ")}): mend its item, or delete it to let the thing begin anew.",
                cause);
        }
    }
}
