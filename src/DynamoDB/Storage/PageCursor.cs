using System.Buffers.Text;
using System.Text.Json;

namespace IoTOrleans.DynamoDB.Storage;

/// <summary>The key of the last item looked at, fit for a URL.</summary>
internal static class PageCursor
{
    public static string Write(Item key) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(
        new[] { key[TableSchema.GrainState.PartitionKey].S, key[TableSchema.GrainState.SortKey].S }));

    public static Item Read(string cursor)
    {
        try
        {
            if (JsonSerializer.Deserialize<string[]>(Base64Url.DecodeFromChars(cursor)) is [{ Length: > 0 } grain, { Length: > 0 } state])
                return TableSchema.GrainState.Key(grain, state);
        }
        catch (JsonException)
        {
            // Falls through to the refusal.
        }

        throw new FormatException("This is no cursor of a page of grains.");
    }
}
