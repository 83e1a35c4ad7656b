using System.Collections.Concurrent;
using IoTOrleans.DynamoDB.Client;
using Microsoft.Extensions.Logging;

namespace IoTOrleans.DynamoDB.Tables;

/// <summary>The tables of a process and the client that they share. The client is made when the first table is asked for.</summary>
internal sealed class DynamoDBTables(
    CreateClient create, RetrySettings settings, TimeProvider time, DynamoDBMetrics metrics, ILogger<DynamoDBTables> logger) : IDisposable
{
    private readonly ConcurrentDictionary<string, DynamoDBTable> _tables = new(StringComparer.Ordinal);
    private readonly Lazy<IAmazonDynamoDB> _client = new(() => create());

    public DynamoDBTable For(TableSchema schema, string prefix) =>
        _tables.GetOrAdd(schema.NameWith(prefix), name => new DynamoDBTable(name, schema, _client.Value, Caller(), metrics));

    public Task Open(DynamoDBTable table, bool createTable, CancellationToken cancellationToken = default) =>
        new TableSetup(_client.Value, Caller(), time, logger).Open(table, createTable, cancellationToken);

    public void Dispose()
    {
        if (_client.IsValueCreated) _client.Value.Dispose();
    }

    private Caller Caller() => new(settings, time, metrics, new Failures(Where(_client.Value)));

    /// <summary>For people: an endpoint of their own, else the region.</summary>
    private static string Where(IAmazonDynamoDB client) =>
        client.Config.ServiceURL is { Length: > 0 } url
            ? url.TrimEnd('/')
            : client.Config.RegionEndpoint?.SystemName ?? "an unknown region";
}
