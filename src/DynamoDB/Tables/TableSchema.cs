namespace IoTOrleans.DynamoDB.Tables;

/// <summary>Keys of a table, both strings. No table has an index: each put would cost more units and could be throttled by it.</summary>
/// <param name="Suffix">The table's name after the prefix.</param>
internal sealed record TableSchema(string Suffix, string PartitionKey, string SortKey)
{
    public static readonly TableSchema GrainState = new("GrainState", "grain", "state");
    public static readonly TableSchema Reminders = new("Reminders", "bucket", "reminder");
    public static readonly TableSchema Membership = new("Membership", "cluster", "silo");

    public string NameWith(string prefix) => prefix + Suffix;

    public Item Key(string partition, string sort) => new() { [PartitionKey] = new(partition), [SortKey] = new(sort) };

    public Item KeyOf(Item item) => new() { [PartitionKey] = item[PartitionKey], [SortKey] = item[SortKey] };

    public CreateTableRequest CreateRequest(string name) => new()
    {
        TableName = name,
        BillingMode = BillingMode.PAY_PER_REQUEST,
        KeySchema = [new(PartitionKey, KeyType.HASH), new(SortKey, KeyType.RANGE)],
        AttributeDefinitions = [new(PartitionKey, ScalarAttributeType.S), new(SortKey, ScalarAttributeType.S)],
    };

    /// <summary>As it stands in error messages: <c>grain (HASH, S), state (RANGE, S)</c>.</summary>
    public string Keys => $"{PartitionKey} (HASH, S), {SortKey} (RANGE, S)";

    public static string KeysOf(TableDescription table) => string.Join(", ", table.KeySchema.Select(key =>
        $"{key.AttributeName} ({key.KeyType}, "
            + $"{table.AttributeDefinitions.Find(a => a.AttributeName == key.AttributeName)?.AttributeType})"));
}
