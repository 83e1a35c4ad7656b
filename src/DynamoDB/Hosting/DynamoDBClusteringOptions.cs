namespace IoTOrleans.DynamoDB;

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
