using Orleans.Storage;

namespace IoTOrleans.DynamoDB;

/// <summary>
/// Which table a provider uses. Region, credentials and endpoint come from the AWS SDK's own conventions (<c>AWS_REGION</c>, the
/// credential chain, <c>AWS_ENDPOINT_URL_DYNAMODB</c>) and from nowhere else.
/// </summary>
public abstract class DynamoDBTableOptions
{
    public const string DefaultTablePrefix = "IoTOrleans";

    /// <summary>
    /// Begins the names of the tables: <c>&lt;prefix&gt;GrainState</c>, <c>&lt;prefix&gt;Reminders</c>, <c>&lt;prefix&gt;Membership</c>.
    /// Up to 200 letters, digits, <c>_</c>, <c>-</c> and <c>.</c>. Default: <c>IoTOrleans</c>.
    /// </summary>
    public string TablePrefix { get; set; } = DefaultTablePrefix;

    /// <summary>
    /// Create the table, with on-demand billing, if it is missing. Default: false, because a table that nobody chose tends to be
    /// without backup, deletion protection and an owner.
    /// </summary>
    public bool CreateTables { get; set; }
}

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

/// <summary>Where reminders are kept.</summary>
public sealed class DynamoDBReminderTableOptions : DynamoDBTableOptions;

/// <summary>Where the silos of a cluster find each other, and clients find silos.</summary>
public sealed class DynamoDBClusteringOptions : DynamoDBTableOptions
{
    /// <summary>
    /// A silo that has not written its heartbeat for this long, and takes no connection, is declared dead by one that starts. More than two
    /// of Orleans'
    /// <c>IAmAliveTablePublishTimeout</c>. 0: only Orleans' own rules count, by which a start may take minutes after all silos were killed.
    /// Default: 12 s.
    /// </summary>
    public TimeSpan DeadAfter { get; set; } = TimeSpan.FromSeconds(12);
}
