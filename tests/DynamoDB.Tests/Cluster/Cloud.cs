using System.Collections.Concurrent;
using System.Net;
using IoTOrleans.DynamoDB.Client;
using IoTOrleans.Grains;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Presence;
using IoTOrleans.Grains.State;
using IoTOrleans.Grains.Tests.Cluster;
using IoTOrleans.Testing.Processes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.TestingHost;

namespace IoTOrleans.DynamoDB.Tests.Cluster;

/// <summary>Silos with the device grain, whose state, reminders and membership are all in DynamoDB.</summary>
internal sealed class Cloud(TestTables tables) : IAsyncDisposable
{
    private readonly string _cluster = Guid.NewGuid().ToString("N");
    private readonly List<IHost> _hosts = [];

    public RecordingDestination Mail { get; } = new();

    /// <param name="time">The clock of the grains and their reminders; null: the real one.</param>
    public Task<IHost> StartSilo(FakeTimeProvider? time = null, Action<PresenceOptions>? presence = null)
    {
        var builder = Builder();
        builder.UseOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(Name);
            silo.Configure<EndpointOptions>(options =>
            {
                options.AdvertisedIPAddress = IPAddress.Loopback;
                (options.SiloPort, options.GatewayPort) = (FreePort.Next(), FreePort.Next());
            });
            silo.AddDynamoDBGrainStorageAsDefault(Here);
            silo.UseDynamoDBReminderService(Here);
            silo.UseDynamoDBClustering(Here);
            silo.Services.AddSingleton<IGrainStorageSerializer, StateSerializer>();
            silo.Services.AddSingleton<INotificationDestination>(Mail);
            if (time is null) return;
            silo.Services.AddSingleton<TimeProvider>(time);
            silo.Services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
        });
        builder.Services.AddPresence(presence);

        // What counts the fleet writes a row a minute of its own, whatever the things do.
        builder.Services.DoNotCountFleet();
        return Start(builder);
    }

    public async Task<IClusterClient> StartClient()
    {
        var builder = Builder();
        builder.UseOrleansClient(client => client.Configure<ClusterOptions>(Name).UseDynamoDBClustering(Here));
        return (await Start(builder)).Services.GetRequiredService<IClusterClient>();
    }

    public async ValueTask DisposeAsync()
    {
        _hosts.Reverse();
        foreach (var host in _hosts)
        {
            await host.StopAsync();
            host.Dispose();
        }
    }

    private HostApplicationBuilder Builder()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton<CreateClient>(() => TestTables.ClientFor(tables.Endpoint));
        builder.Services.AddSingleton(tables.Units.Metrics);
        builder.Services.AddSingleton(TestTables.Patient);
        return builder;
    }

    private async Task<IHost> Start(HostApplicationBuilder builder)
    {
        var host = builder.Build();
        _hosts.Add(host);
        await host.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }

    private void Name(ClusterOptions options) => (options.ClusterId, options.ServiceId) = (_cluster, TestTables.Service);

    private void Here(DynamoDBTableOptions options) => (options.TablePrefix, options.CreateTables) = (tables.Prefix, true);
}

internal sealed class RecordingDestination : INotificationDestination
{
    private readonly ConcurrentQueue<Notification> _accepted = new();

    public string Name => "mail";

    /// <summary>No incidents, because a test counts single notifications.</summary>
    public DestinationTerms Terms { get; } = new() { Collapse = false };

    public IReadOnlyList<Notification> Accepted => [.. _accepted];

    public Task<DeliveryAnswer> Send(Notification notification, CancellationToken cancellationToken)
    {
        _accepted.Enqueue(notification);
        return Task.FromResult(DeliveryAnswer.Accepted());
    }

    public Task<DeliveryAnswer> Send(FleetNotification notification, CancellationToken cancellationToken) =>
        Task.FromResult(DeliveryAnswer.Accepted());
}
