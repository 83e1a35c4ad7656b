namespace IoTOrleans.DynamoDB;

/// <summary>Where the silos of a cluster find each other, and clients find silos.</summary>
public sealed class DynamoDBClusteringOptions : DynamoDBTableOptions;
