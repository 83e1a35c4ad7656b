using System.Runtime.CompilerServices;
using IoTOrleans.DynamoDB.Client;

namespace IoTOrleans.DynamoDB.Tables;

/// <summary>Reads are strongly consistent. A write whose answer was lost is repeated, and not taken for somebody else's.</summary>
internal sealed class DynamoDBTable(string name, TableSchema schema, IAmazonDynamoDB client, Caller caller, DynamoDBMetrics metrics)
{
    public string Name => name;

    public TableSchema Schema => schema;

    public async Task<Item?> Read(Item key, CancellationToken cancellationToken = default)
    {
        var request = new GetItemRequest
        {
            TableName = name,
            Key = key,
            ConsistentRead = true,
            ReturnConsumedCapacity = ReturnConsumedCapacity.TOTAL,
        };
        var answer = await Call("GetItem", token => client.GetItemAsync(request, token), cancellationToken);
        return answer.IsItemSet ? answer.Item : null;
    }

    /// <param name="item">With an ETag that no write had before.</param>
    /// <param name="condition">Null: the item replaces any other.</param>
    /// <returns>Null: the item is written.</returns>
    public async Task<Conflict?> Put(Item item, WriteCondition? condition = null, CancellationToken cancellationToken = default)
    {
        var request = new PutItemRequest
        {
            TableName = name,
            Item = item,
            ConditionExpression = condition?.Expression,
            ExpressionAttributeValues = condition?.Values,
            ReturnConsumedCapacity = ReturnConsumedCapacity.TOTAL,
        };
        metrics.ItemWritten(name, item);
        try
        {
            await Call("PutItem", token => client.PutItemAsync(request, token), cancellationToken);
            return null;
        }
        catch (ConditionalCheckFailedException)
        {
            var stored = await ReadETag(schema.KeyOf(item), cancellationToken);
            return stored == item[ETags.Attribute].S ? null : new Conflict(stored);
        }
    }

    /// <returns>Null: the item is deleted.</returns>
    public async Task<Conflict?> Delete(Item key, WriteCondition condition, CancellationToken cancellationToken = default)
    {
        var request = new DeleteItemRequest
        {
            TableName = name,
            Key = key,
            ConditionExpression = condition.Expression,
            ExpressionAttributeValues = condition.Values,
            ReturnConsumedCapacity = ReturnConsumedCapacity.TOTAL,
        };
        var attempts = 0;
        try
        {
            await Call("DeleteItem", token =>
            {
                attempts++;
                return client.DeleteItemAsync(request, token);
            }, cancellationToken);
            return null;
        }
        catch (ConditionalCheckFailedException)
        {
            // No item after a lost answer: the first attempt deleted it, or somebody else did, which is as good.
            var stored = await ReadETag(key, cancellationToken);
            return attempts > 1 && stored is null ? null : new Conflict(stored);
        }
    }

    /// <summary>Changes one attribute of an item that exists.</summary>
    /// <returns>False: there is no such item.</returns>
    public async Task<bool> Set(Item key, string attribute, AttributeValue value)
    {
        var request = new UpdateItemRequest
        {
            TableName = name,
            Key = key,
            UpdateExpression = "SET #attribute = :value",
            ConditionExpression = $"attribute_exists({ETags.Attribute})",
            ExpressionAttributeNames = new() { ["#attribute"] = attribute },
            ExpressionAttributeValues = new() { [":value"] = value },
            ReturnConsumedCapacity = ReturnConsumedCapacity.TOTAL,
        };
        try
        {
            await Call("UpdateItem", token => client.UpdateItemAsync(request, token), default);
            return true;
        }
        catch (ConditionalCheckFailedException)
        {
            return false;
        }
    }

    /// <summary>All items of a partition, over all pages, in the order of their sort keys.</summary>
    /// <param name="first">The first sort key, together with the last one; null: all items.</param>
    public async IAsyncEnumerable<Item> Query(
        string partition, string? first = null, string? last = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = new QueryRequest
        {
            TableName = name,
            KeyConditionExpression = first is null
                ? "#partition = :partition"
                : "#partition = :partition AND #sort BETWEEN :first AND :last",
            ExpressionAttributeNames = new() { ["#partition"] = schema.PartitionKey },
            ExpressionAttributeValues = new() { [":partition"] = new(partition) },
            ConsistentRead = true,
            ReturnConsumedCapacity = ReturnConsumedCapacity.TOTAL,
        };
        if (first is not null)
        {
            request.ExpressionAttributeNames["#sort"] = schema.SortKey;
            request.ExpressionAttributeValues[":first"] = new(first);
            request.ExpressionAttributeValues[":last"] = new(last);
        }

        do
        {
            var page = await Call("Query", token => client.QueryAsync(request, token), cancellationToken);
            foreach (var item in page.Items ?? []) yield return item;
            request.ExclusiveStartKey = page.LastEvaluatedKey;
        }
        while (request.ExclusiveStartKey is { Count: > 0 });
    }

    /// <summary>One page over all partitions.</summary>
    public Task<ScanResponse> Scan(ScanRequest request, CancellationToken cancellationToken)
    {
        (request.TableName, request.ConsistentRead, request.ReturnConsumedCapacity) = (name, true, ReturnConsumedCapacity.TOTAL);
        return Call("Scan", token => client.ScanAsync(request, token), cancellationToken);
    }

    /// <summary>Items at one moment; null where there is none.</summary>
    public async Task<IReadOnlyList<Item?>> ReadTogether(params Item[] keys)
    {
        var request = new TransactGetItemsRequest
        {
            TransactItems = [.. keys.Select(key => new TransactGetItem { Get = new Get { TableName = name, Key = key } })],
            ReturnConsumedCapacity = ReturnConsumedCapacity.TOTAL,
        };
        var answer = await Call("TransactGetItems", token => client.TransactGetItemsAsync(request, token), default);
        return [.. answer.Responses.Select(response => response.Item is { Count: > 0 } item ? item : null)];
    }

    /// <summary>Writes all or none.</summary>
    /// <param name="puts">With ETags that no write had before. The first one is the token that makes a repeat harmless.</param>
    /// <returns>False: a condition did not hold.</returns>
    public async Task<bool> PutTogether(params (Item Item, WriteCondition Condition)[] puts)
    {
        var etag = puts[0].Item[ETags.Attribute].S;
        var request = new TransactWriteItemsRequest
        {
            ClientRequestToken = etag,
            TransactItems = [.. puts.Select(put => new TransactWriteItem
            {
                Put = new Put
                {
                    TableName = name,
                    Item = put.Item,
                    ConditionExpression = put.Condition.Expression,
                    ExpressionAttributeValues = put.Condition.Values,
                },
            })],
            ReturnConsumedCapacity = ReturnConsumedCapacity.TOTAL,
        };
        foreach (var (item, _) in puts) metrics.ItemWritten(name, item);
        try
        {
            await Call("TransactWriteItems", token => client.TransactWriteItemsAsync(request, token), default);
            return true;
        }
        catch (TransactionCanceledException)
        {
            return await ReadETag(schema.KeyOf(puts[0].Item), default) == etag;
        }
    }

    public static string? ETagOf(Item? item) => item?.GetValueOrDefault(ETags.Attribute)?.S;

    private async Task<string?> ReadETag(Item key, CancellationToken cancellationToken) => ETagOf(await Read(key, cancellationToken));

    private Task<T> Call<T>(string operation, Func<CancellationToken, Task<T>> attempt, CancellationToken cancellationToken)
        where T : Amazon.Runtime.AmazonWebServiceResponse => caller.Call(name, operation, attempt, cancellationToken);
}
