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
