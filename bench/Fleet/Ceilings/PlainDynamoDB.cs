using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using IoTOrleans.Testing.Emulators;

namespace IoTOrleans.Fleet.Ceilings;

internal sealed class PlainDynamoDB(AmazonDynamoDBClient client, string table) : IPlainStore
{
    public static async Task<PlainDynamoDB> Create()
    {
        var local = await DynamoDBLocal.Get();
        var client = new AmazonDynamoDBClient(
            Fauxqs.Credentials, new AmazonDynamoDBConfig { ServiceURL = local.Endpoint.ToString(), AuthenticationRegion = Fauxqs.Region });
        var table = Fauxqs.NewName();
        await client.CreateTableAsync(new CreateTableRequest
        {
            TableName = table,
            KeySchema = [new("key", KeyType.HASH)],
            AttributeDefinitions = [new("key", ScalarAttributeType.S)],
            BillingMode = BillingMode.PAY_PER_REQUEST,
        });
        return new(client, table);
    }

    public async Task<byte[]?> Read(string key)
    {
        var answer = await client.GetItemAsync(
            new GetItemRequest { TableName = table, Key = new() { ["key"] = new(key) }, ConsistentRead = true });
        return answer.Item?.GetValueOrDefault("body")?.B?.ToArray();
    }

    public Task Write(string key, byte[] body) => client.PutItemAsync(new PutItemRequest
    {
        TableName = table,
        Item = new() { ["key"] = new(key), ["body"] = new() { B = new MemoryStream(body) } },
    });

    public async ValueTask DisposeAsync()
    {
        await client.DeleteTableAsync(table);
        client.Dispose();
    }
}
