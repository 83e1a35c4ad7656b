using Microsoft.Extensions.Hosting;

namespace IoTOrleans.DynamoDB.Hosting;

/// <summary>A table that a provider of this host uses.</summary>
internal sealed record UsedTable(TableSchema Schema, string Prefix, bool Create);

/// <summary>
/// Opens the tables before any hosted service starts, the silo among them. In a stage of the silo's lifecycle, Orleans would add its own
/// error logs and stack traces to a table that cannot be opened.
/// </summary>
internal sealed class TablesLifetime(DynamoDBTables tables, IEnumerable<UsedTable> used) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.WhenAll(used
        .GroupBy(table => (table.Schema, table.Prefix))
        .Select(same => tables.Open(tables.For(same.Key.Schema, same.Key.Prefix), same.Any(table => table.Create), cancellationToken)));

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
