using Orleans.Storage;

namespace IoTOrleans.DynamoDB;

/// <summary>
/// Which table a provider uses. Region, credentials and endpoint come only from the AWS SDK's own conventions (<c>AWS_REGION</c>, the
/// credential chain, <c>AWS_ENDPOINT_URL_DYNAMODB</c>).
/// </summary>
public abstract class DynamoDBTableOptions
{
    public const string DefaultTablePrefix = "IoTOrleans";

    /// <summary>
    /// The tables are <c>&lt;prefix&gt;GrainState</c>, <c>&lt;prefix&gt;Reminders</c> and <c>&lt;prefix&gt;Membership</c>.
    /// Up to 200 letters, digits, <c>_</c>, <c>-</c> and <c>.</c>. Default: <c>IoTOrleans</c>.
    /// </summary>
    public string TablePrefix { get; set; } = DefaultTablePrefix;

    /// <summary>
    /// Creates the table, with on-demand billing, if it is missing. Default: false, because such a table tends to have no backup, no
    /// deletion protection and no owner.
    /// </summary>
    public bool CreateTables { get; set; }
}

/// <summary>Where a grain storage provider keeps its states. Providers with the same prefix share one table with separate items.</summary>
public sealed class DynamoDBStorageOptions : DynamoDBTableOptions, IStorageProviderSerializerOptions
{
    /// <summary>
    /// Default: the serializer registered under the provider's name, else Orleans' own (JSON). UTF-8 is stored as readable text. An item
    /// has at most 400 KB, with its keys. Each started kilobyte is a write unit.
    /// </summary>
    public IGrainStorageSerializer GrainStorageSerializer { get; set; } = null!;
}

/// <summary>Where reminders are kept.</summary>
public sealed class DynamoDBReminderTableOptions : DynamoDBTableOptions;

/// <summary>Where the silos of a cluster find each other, and clients find silos.</summary>
public sealed class DynamoDBClusteringOptions : DynamoDBTableOptions
{
    /// <summary>
    /// A starting silo declares another one dead that has not written its heartbeat for this long and takes no connection. Must be more
    /// than twice Orleans' <c>IAmAliveTablePublishTimeout</c>. 0: only Orleans' own rules apply; after all silos were killed, a start may
    /// then take minutes. Default: 12 s.
    /// </summary>
    public TimeSpan DeadAfter { get; set; } = TimeSpan.FromSeconds(12);
}
