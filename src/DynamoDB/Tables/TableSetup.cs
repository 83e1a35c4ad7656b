using Amazon.DynamoDBv2.Model;
using IoTOrleans.DynamoDB.Client;
using Microsoft.Extensions.Logging;

namespace IoTOrleans.DynamoDB.Tables;

/// <summary>Sees to it that a table exists, is ours and active. Several silos may do so at the same time.</summary>
internal sealed partial class TableSetup(IAmazonDynamoDB client, Caller caller, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    public async Task Open(DynamoDBTable table, bool create, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var found = await Describe(table, cancellationToken);
            if (found is not null) ThrowIfNotOurs(table, found);
            else if (!create) throw caller.Failures.TableMissing(table.Name);
            else if (await Create(table, cancellationToken)) LogCreating(table.Name);

            var status = found?.TableStatus;
            if (status == TableStatus.ACTIVE || status == TableStatus.UPDATING) return;
            if (time.GetElapsedTime(began) > caller.Settings.TableLimit)
                throw caller.Failures.NotActive(table.Name, status?.Value ?? "missing");
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private async Task<TableDescription?> Describe(DynamoDBTable table, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await caller.Call(
                table.Name, "DescribeTable", token => client.DescribeTableAsync(table.Name, token), cancellationToken);
            return answer.Table;
        }
        catch (DynamoDBStoreException cause) when (cause.Error == DynamoDBStoreError.TableMissing)
        {
            return null;
        }
    }

    /// <returns>False: somebody else is creating it, or has, only that the last answer did not know of it yet.</returns>
    private async Task<bool> Create(DynamoDBTable table, CancellationToken cancellationToken)
    {
        try
        {
            var request = table.Schema.CreateRequest(table.Name);
            await caller.Call(table.Name, "CreateTable", token => client.CreateTableAsync(request, token), cancellationToken);
            return true;
        }
        catch (DynamoDBStoreException cause) when (cause.InnerException is ResourceInUseException)
        {
            return false;
        }
    }

    private void ThrowIfNotOurs(DynamoDBTable table, TableDescription found)
    {
        var keys = TableSchema.KeysOf(found);
        if (keys != table.Schema.Keys) throw caller.Failures.AnotherTable(table.Name, keys, table.Schema.Keys);
    }

    [LoggerMessage(LogLevel.Information, "Creating the DynamoDB table {Table} (on-demand billing).")]
    private partial void LogCreating(string table);
}
