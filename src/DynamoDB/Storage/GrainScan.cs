using System.Globalization;
using Amazon.DynamoDBv2.Model;

namespace IoTOrleans.DynamoDB.Storage;

/// <summary>Pages through the table. Other states on the way are read (and paid for) and left out.</summary>
/// <param name="grains">How the wanted grains' ids begin.</param>
/// <param name="state">Sort key of the wanted states.</param>
internal sealed class GrainScan(DynamoDBTable table, string service, string grains, string state)
{
    /// <summary>A table full of other things must not make one page read all of it.</summary>
    private const int ReadsPerPage = 10;

    public async Task<GrainPage> Page(int limit, string? cursor, CancellationToken cancellationToken)
    {
        var found = new List<StoredGrain>();
        var next = cursor is null ? null : PageCursor.Read(cursor);
        for (var reads = 0; reads < ReadsPerPage; reads++)
        {
            // DynamoDB counts what it looks at, not what passes the filter: so no page can be longer than wanted.
            var answer = await table.Scan(Request(limit - found.Count, next), cancellationToken);
            found.AddRange((answer.Items ?? []).Select(Stored));
            next = answer.LastEvaluatedKey is { Count: > 0 } key ? key : null;
            if (next is null || found.Count == limit) break;
        }

        return new GrainPage(found, next is null ? null : PageCursor.Write(next));
    }

    private ScanRequest Request(int limit, Item? next) => new()
    {
        FilterExpression = "#state = :state AND begins_with(#grain, :grains)",
        ExpressionAttributeNames = new() { ["#grain"] = TableSchema.GrainState.PartitionKey, ["#state"] = TableSchema.GrainState.SortKey },
        ExpressionAttributeValues = new() { [":grains"] = new($"{service}#{grains}"), [":state"] = new(state) },
        Limit = limit,
        ExclusiveStartKey = next,
    };

    private StoredGrain Stored(Item item) => new(
        GrainId.Parse(item[TableSchema.GrainState.PartitionKey].S[(service.Length + 1)..], CultureInfo.InvariantCulture),
        DynamoDBTable.ETagOf(item)!,
        GrainStateItem.DataOf(item));
}
