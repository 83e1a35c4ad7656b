namespace IoTOrleans.DynamoDB.Hosting;

/// <summary>A table that some provider of this host uses.</summary>
internal sealed record UsedTable(TableSchema Schema, string Prefix, bool Create);
