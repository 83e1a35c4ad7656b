using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using IoTOrleans.Sqlite.Engine;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace IoTOrleans.Sqlite.Hosting;

/// <summary>One store per file, however many providers use it.</summary>
internal sealed class SqliteStores(ILogger<SqliteStore> logger, IMeterFactory meters)
{
    private readonly ConcurrentDictionary<string, SqliteStore> _stores = new(StringComparer.Ordinal);
    private readonly SqliteMetrics _metrics = new(meters.Create(SqliteMetrics.MeterName));

    public SqliteStore For(string path) => string.IsNullOrWhiteSpace(path)
        ? throw new SqliteStoreException(SqliteStoreError.CannotWrite,
            "The path of the SQLite file is empty: name a file, for example data/orleans.db.")
        : _stores.GetOrAdd(Path.GetFullPath(path), fullPath => new SqliteStore(fullPath, logger, metrics: _metrics));
}

/// <summary>
/// Opens the stores before any hosted service starts, the silo among them, and closes them after all have stopped. In a stage of the
/// silo's lifecycle, Orleans would add its own error logs and stack traces to a file that cannot be opened, and the host's other services
/// could not rely on the store.
/// </summary>
/// <param name="stores">One for each provider; several may be the same.</param>
internal sealed class SqliteStoreLifetime(IEnumerable<SqliteStore> stores) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        foreach (var store in stores.Distinct()) await store.OpenAsync();
    }

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        foreach (var store in stores.Distinct()) await store.DisposeAsync();
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
