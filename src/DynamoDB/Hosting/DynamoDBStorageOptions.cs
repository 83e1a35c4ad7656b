using Orleans.Storage;

namespace IoTOrleans.DynamoDB;

/// <summary>
/// Where a grain storage provider keeps its states. Providers with the same prefix share one table; their items do not meet.
/// </summary>
public sealed class DynamoDBStorageOptions : DynamoDBTableOptions, IStorageProviderSerializerOptions
{
    /// <summary>
    /// Default: the serializer registered under the provider's name, else Orleans' own (JSON). What it writes as UTF-8 is stored as
    /// readable text. Item, keys included, at most 400 KB; every begun kilobyte is a write unit.
    /// </summary>
    public IGrainStorageSerializer GrainStorageSerializer { get; set; } = null!;
}
