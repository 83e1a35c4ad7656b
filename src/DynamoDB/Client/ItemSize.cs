using System.Text;

namespace IoTOrleans.DynamoDB.Client;

/// <summary>The billed size (DynamoDB developer guide, "Item sizes and formats"), for the attribute types in our tables.</summary>
internal static class ItemSize
{
    public static int Of(Item item) => item.Sum(attribute => Encoding.UTF8.GetByteCount(attribute.Key) + Of(attribute.Value));

    private static int Of(AttributeValue value) => value switch
    {
        { S: { } text } => Encoding.UTF8.GetByteCount(text),
        { N: { } number } => (number.Length + 1) / 2 + 1,
        { B: { } bytes } => (int)bytes.Length,
        { L: { Count: > 0 } list } => 3 + list.Sum(entry => 1 + Of(entry)),
        _ => 1,
    };
}
