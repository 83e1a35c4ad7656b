using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;

namespace IoTOrleans.DynamoDB.Storage;

/// <summary>Pages through the table. Other states on the way are read (and paid for) and left out.</summary>
/// <param name="grains">How the wanted grains' ids begin.</param>
/// <param name="state">Sort key of the wanted states.</param>
internal sealed class GrainScan(DynamoDBTable table, string service, string grains, string state)
{
    /// <summary>One page must not read a whole table that is full of other things.</summary>
    private const int ReadsPerPage = 10;

    private static readonly TableSchema Schema = TableSchema.GrainState;

    public async Task<GrainPage> Page(int limit, string? cursor, CancellationToken cancellationToken)
    {
        var found = new List<StoredGrain>();
        var next = cursor is null ? null : ReadCursor(cursor);
        for (var reads = 0; reads < ReadsPerPage; reads++)
        {
            // DynamoDB counts the items that it looks at, not those that pass the filter, so no page is longer than wanted.
            var answer = await table.Scan(Request(limit - found.Count, next), cancellationToken);
            found.AddRange((answer.Items ?? []).Select(Stored));
            next = answer.LastEvaluatedKey is { Count: > 0 } key ? key : null;
            if (next is null || found.Count == limit) break;
        }

        return new GrainPage(found, next is null ? null : WriteCursor(next));
    }

    private ScanRequest Request(int limit, Item? next) => new()
    {
        FilterExpression = "#state = :state AND begins_with(#grain, :grains)",
        ExpressionAttributeNames = new() { ["#grain"] = Schema.PartitionKey, ["#state"] = Schema.SortKey },
        ExpressionAttributeValues = new() { [":grains"] = new($"{service}#{grains}"), [":state"] = new(state) },
        Limit = limit,
        ExclusiveStartKey = next,
    };

    private StoredGrain Stored(Item item) => new(
        GrainId.Parse(item[Schema.PartitionKey].S[(service.Length + 1)..], CultureInfo.InvariantCulture),
        DynamoDBTable.ETagOf(item)!,
        GrainStateItem.DataOf(item));

    /// <summary>The key of the last item that was looked at, in a form that fits a URL.</summary>
    private static string WriteCursor(Item key) => Base64Url.EncodeToString(
        JsonSerializer.SerializeToUtf8Bytes(new[] { key[Schema.PartitionKey].S, key[Schema.SortKey].S }));

    private static Item ReadCursor(string cursor)
    {
        try
        {
            if (JsonSerializer.Deserialize<string[]>(Base64Url.DecodeFromChars(cursor)) is [{ Length: > 0 } grain, { Length: > 0 } state])
                return Schema.Key(grain, state);
        }
        catch (JsonException)
        {
            // Falls through to the refusal.
        }

        throw new FormatException("The cursor did not come from a page of grains.");
    }
}
