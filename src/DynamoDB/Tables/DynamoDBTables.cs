using System.Collections.Concurrent;
using IoTOrleans.DynamoDB.Client;
using Microsoft.Extensions.Logging;

namespace IoTOrleans.DynamoDB.Tables;

/// <summary>The tables of a process and the client that they share. The client is made when it is needed for the first time.</summary>
internal sealed partial class DynamoDBTables(
    CreateClient create, RetrySettings settings, TimeProvider time, DynamoDBMetrics metrics, ILogger<DynamoDBTables> logger) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<string, DynamoDBTable> _tables = new(StringComparer.Ordinal);
    private readonly Lazy<IAmazonDynamoDB> _client = new(() => create());

    private Failures Failures => new(Where(_client.Value));

    private Caller Caller => new(settings, time, metrics, Failures);

    public DynamoDBTable For(TableSchema schema, string prefix) =>
        _tables.GetOrAdd(schema.NameWith(prefix), name => new DynamoDBTable(name, schema, _client.Value, Caller, metrics));

    /// <summary>Makes sure that a table exists, is ours and is active. Several silos may do so at the same time.</summary>
    public async Task Open(DynamoDBTable table, bool createTable, CancellationToken cancellationToken = default)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var found = await Describe(table, cancellationToken);
            var keys = found is null ? null : TableSchema.KeysOf(found);
            if (keys is not null && keys != table.Schema.Keys) throw Failures.AnotherTable(table.Name, keys, table.Schema.Keys);
            if (keys is null && !createTable) throw Failures.TableMissing(table.Name);
            if (keys is null && await Create(table, cancellationToken)) LogCreating(table.Name);

            var status = found?.TableStatus;
            if (status == TableStatus.ACTIVE || status == TableStatus.UPDATING) return;
            if (time.GetElapsedTime(began) > settings.TableLimit) throw Failures.NotActive(table.Name, status?.Value ?? "missing");
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    public void Dispose()
    {
        if (_client.IsValueCreated) _client.Value.Dispose();
    }

    private async Task<TableDescription?> Describe(DynamoDBTable table, CancellationToken cancellationToken)
    {
        try
        {
            return (await Caller.Call(
                table.Name, "DescribeTable", token => _client.Value.DescribeTableAsync(table.Name, token), cancellationToken)).Table;
        }
        catch (DynamoDBStoreException cause) when (cause.Error == DynamoDBStoreError.TableMissing)
        {
            return null;
        }
    }

    /// <returns>False: somebody else has created it, or is about to, and the last answer did not know of it yet.</returns>
    private async Task<bool> Create(DynamoDBTable table, CancellationToken cancellationToken)
    {
        try
        {
            var request = table.Schema.CreateRequest(table.Name);
            await Caller.Call(table.Name, "CreateTable", token => _client.Value.CreateTableAsync(request, token), cancellationToken);
            return true;
        }
        catch (DynamoDBStoreException cause) when (cause.InnerException is ResourceInUseException)
        {
            return false;
        }
    }

    /// <summary>For people: the endpoint if one is set, else the region.</summary>
    private static string Where(IAmazonDynamoDB client) => client.Config.ServiceURL is { Length: > 0 } url
        ? url.TrimEnd('/')
        : client.Config.RegionEndpoint?.SystemName ?? "an unknown region";

    [LoggerMessage(LogLevel.Information, "Creating the DynamoDB table {Table} (on-demand billing).")]
    private partial void LogCreating(string table);
}
