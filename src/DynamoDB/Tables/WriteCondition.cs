using System.Buffers.Text;

namespace IoTOrleans.DynamoDB.Tables;

internal static class ETags
{
    /// <summary>Attribute of every item in our tables.</summary>
    public const string Attribute = "etag";

    /// <summary>
    /// 22 characters, made for each logical write before its first attempt: if the table holds it afterwards, the write was done. Random,
    /// not counted: a counter would start again after a clear, and an ETag from before the clear could fit again.
    /// </summary>
    public static string New() => Base64Url.EncodeToString(Guid.NewGuid().ToByteArray());
}

/// <summary>What an item must be like for a write to be done.</summary>
internal readonly record struct WriteCondition(string Expression, Item? Values = null)
{
    public static WriteCondition Absent { get; } = new($"attribute_not_exists({ETags.Attribute})");

    public static WriteCondition ETagIs(string etag) => new($"{ETags.Attribute} = :expected", new() { [":expected"] = new(etag) });
}

/// <summary>The stored item was not the one that the writer expected.</summary>
/// <param name="StoredETag">Null: there is no item.</param>
internal sealed record Conflict(string? StoredETag);
