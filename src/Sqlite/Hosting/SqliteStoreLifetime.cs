using Microsoft.Extensions.Hosting;

namespace IoTOrleans.Sqlite.Hosting;

/// <summary>
/// Opens the stores before any hosted service starts, the silo among them, and closes them when all have stopped. Not a stage of
/// the silo's lifecycle: there a file that cannot be opened would come with Orleans' own error logs and stack traces around it, and
/// other services of the host could not rely on the store.
/// </summary>
/// <param name="stores">Each provider registers its store; several may be the same.</param>
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
