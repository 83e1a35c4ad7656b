using System.Net;
using IoTOrleans.Aws;
using IoTOrleans.DynamoDB;
using IoTOrleans.Grains;
using IoTOrleans.Grains.Incidents;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Presence;
using IoTOrleans.Grains.Rounds;
using IoTOrleans.Grains.State;
using IoTOrleans.Grains.Summaries;
using IoTOrleans.Silo.Catalogue;
using IoTOrleans.Silo.Hosting.Running;
using IoTOrleans.Silo.Hosting.Settings;
using IoTOrleans.Silo.Memory;
using IoTOrleans.Silo.Pauses;
using IoTOrleans.Silo.Reminders;
using IoTOrleans.Silo.Storage;
using IoTOrleans.Sqlite;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Dashboard;
using Orleans.Providers;
using Orleans.Runtime.Hosting;
using Orleans.Storage;

namespace IoTOrleans.Silo.Hosting.Composition;

internal static class OrleansComposition
{
    /// <summary>The default storage is what stands before it.</summary>
    private const string memoryStorage = "Memory";

    public static void AddOrleans(this WebApplicationBuilder builder, SiloSettings settings)
    {
        builder.UseOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (settings.Orleans.ClusterId, settings.Orleans.ServiceId));
            silo.UseEndpoints(settings);
            silo.UseStorage(settings);
            silo.Services.AddSingleton<IGrainStorageSerializer, StateSerializer>();
            silo.AddDashboard();
            silo.LiveWithinLimits();
        });

        // After Orleans: hosted services stop in reverse, and whatever is under way still needs its grain.
        builder.Services.AddPresence();
        builder.Services.AddHostedService<Shedder>();
        if (settings.Storage == StorageProvider.DynamoDB)
        {
            builder.Services.NeedAwsCredentials("Storage:Provider=DynamoDB");
            builder.Services.AddHostedService<PeerWatch>();
        }

        builder.Services.AddThingList();
        if (settings.Storage == StorageProvider.Sqlite) builder.Services.AddHostedService<OverdueSweep>();
        builder.Services.AddSingleton<IOptions<PresenceOptions>>(new OptionsWrapper<PresenceOptions>(settings.Presence));
        builder.Services.AddSingleton<IOptions<SummaryOptions>>(new OptionsWrapper<SummaryOptions>(new() { TimeZone = settings.TimeZone }));
        builder.Services.AddSingleton<IOptions<RoundOptions>>(new OptionsWrapper<RoundOptions>(settings.Rounds));
        builder.Services.AddSingleton<IOptions<IncidentOptions>>(new OptionsWrapper<IncidentOptions>(settings.Incidents));
    }

    /// <summary>A silo that is alone needs no address that others could reach; one of several has to have it, and Orleans finds it.</summary>
    private static void UseEndpoints(this ISiloBuilder silo, SiloSettings settings) => silo.Configure<EndpointOptions>(options =>
    {
        var orleans = settings.Orleans;
        if (orleans.AdvertisedAddress is { } advertised) options.AdvertisedIPAddress = IPAddress.Parse(advertised);
        else if (settings.Storage != StorageProvider.DynamoDB) options.AdvertisedIPAddress = IPAddress.Loopback;
        options.SiloPort = orleans.SiloPort;
        options.GatewayPort = orleans.GatewayPort;
    });

    private static void UseStorage(this ISiloBuilder silo, SiloSettings settings)
    {
        switch (settings.Storage)
        {
            case StorageProvider.DynamoDB:
                silo.Services.AddSingleton<IThingCatalogue, DynamoDBCatalogue>();
                silo.AddDynamoDBGrainStorageAsDefault(Tables);
                silo.AddDynamoDBReminderTable(Tables).AddLeanReminders();
                silo.UseDynamoDBClustering(Tables);
                silo.Configure<ClusterMembershipOptions>(NoticeTheDead);
                silo.ShareNoDoors();
                return;
            case StorageProvider.Memory:
                silo.AddMemoryGrainStorage(memoryStorage);
                silo.Services.AddSingleton(provider => new MemoryCatalogue(provider.GetRequiredKeyedService<IGrainStorage>(memoryStorage)));
                silo.Services.AddSingleton<IThingCatalogue>(provider => provider.GetRequiredService<MemoryCatalogue>());
                silo.Services.AddGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, (provider, _) => provider.GetRequiredService<MemoryCatalogue>());
                silo.UseInMemoryReminderService();
                break;
            default:
                silo.Services.AddSingleton<IThingCatalogue, SqliteCatalogue>();
                silo.AddSqliteGrainStorageAsDefault(options => options.Path = settings.SqlitePath);
                silo.AddSqliteReminderTable(options => options.Path = settings.SqlitePath).AddLeanReminders();
                silo.Services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ClockMark>(provider, settings.SqlitePath + "-clock"));
                break;
        }

        silo.UseLocalMembership(settings.Orleans);
        silo.KeepDoorsShut();

        void Tables(DynamoDBTableOptions options) => (options.TablePrefix, options.CreateTables) = (settings.DynamoDB.TablePrefix, settings.DynamoDB.CreateTables);
    }

    /// <summary>
    /// A heartbeat every 5 s, so that a silo that starts sees soon who is gone (<see cref="DynamoDBClusteringOptions.DeadAfter"/>). What Orleans itself makes
    /// of heartbeats stays as it is, 90 s: storage that hangs for a while must not make everybody look dead.
    /// </summary>
    private static void NoticeTheDead(ClusterMembershipOptions options) =>
        (options.IAmAliveTablePublishTimeout, options.NumMissedTableIAmAliveLimit) = (TimeSpan.FromSeconds(5), 18);

    private static void UseLocalMembership(this ISiloBuilder silo, OrleansSettings orleans)
    {
        var address = orleans.AdvertisedAddress is { } advertised ? IPAddress.Parse(advertised) : IPAddress.Loopback;
        silo.UseDevelopmentClustering(new IPEndPoint(address, orleans.SiloPort));
    }
}
