namespace IoTOrleans.DynamoDB.Tables;

/// <summary>What an item must be like for a write to be done.</summary>
internal readonly record struct WriteCondition(string Expression, Item? Values = null)
{
    public static WriteCondition Absent { get; } = new($"attribute_not_exists({ETags.Attribute})");

    public static WriteCondition ETagIs(string etag) => new($"{ETags.Attribute} = :expected", new() { [":expected"] = new(etag) });
}

/// <summary>What was not as the writer believed.</summary>
/// <param name="StoredETag">Null: there is no item.</param>
internal sealed record Conflict(string? StoredETag);
