using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.Storage;
using Orleans.TestingHost;

namespace IoTOrleans.Sqlite.Tests.Memory;

/// <summary>Orleans' own in-memory providers: the suite is measured against them, so that it asks nothing that Orleans does not.</summary>
public sealed class MemorySilo : IAsyncLifetime
{
    private InProcessTestCluster _cluster = null!;

    public IReminderTable Reminders => _cluster.GetSiloServiceProvider().GetRequiredService<IReminderTable>();

    public IGrainStorage Storage(string name) => _cluster.GetSiloServiceProvider().GetRequiredKeyedService<IGrainStorage>(name);

    public async ValueTask InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.Options.ConfigureFileLogging = false; // It would leave a file per silo behind.
        builder.ConfigureSilo((_, silo) => silo
            .AddMemoryGrainStorage("Conformance")
            .AddMemoryGrainStorage("Other")
            .UseInMemoryReminderService());
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();
}
