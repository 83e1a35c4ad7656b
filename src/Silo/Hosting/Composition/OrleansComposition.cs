using System.Net;
using IoTOrleans.Grains;
using IoTOrleans.Grains.Presence;
using IoTOrleans.Grains.State;
using IoTOrleans.Silo.Catalogue;
using IoTOrleans.Silo.Hosting.Settings;
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
            silo.UseOneSilo(settings.Orleans);
            silo.UseStorage(settings);
            silo.Services.AddSingleton<IGrainStorageSerializer, StateSerializer>();
            silo.AddDashboard();
        });

        // After Orleans: hosted services stop in reverse, and whatever is under way still needs its grain.
        builder.Services.AddPresence();
        builder.Services.AddThingList();
        if (settings.Storage == StorageProvider.Sqlite) builder.Services.AddHostedService<OverdueSweep>();
        builder.Services.AddSingleton<IOptions<PresenceOptions>>(new OptionsWrapper<PresenceOptions>(settings.Presence));
    }

    private static void UseOneSilo(this ISiloBuilder silo, OrleansSettings orleans)
    {
        var address = orleans.AdvertisedAddress is { } advertised ? IPAddress.Parse(advertised) : IPAddress.Loopback;
        silo.UseDevelopmentClustering(new IPEndPoint(address, orleans.SiloPort));
        silo.Configure<EndpointOptions>(options =>
        {
            options.AdvertisedIPAddress = address;
            options.SiloPort = orleans.SiloPort;
            options.GatewayPort = orleans.GatewayPort;
        });
    }

    private static void UseStorage(this ISiloBuilder silo, SiloSettings settings)
    {
        if (settings.Storage == StorageProvider.Memory)
        {
            silo.AddMemoryGrainStorage(memoryStorage);
            silo.Services.AddSingleton(provider => new MemoryCatalogue(provider.GetRequiredKeyedService<IGrainStorage>(memoryStorage)));
            silo.Services.AddSingleton<IThingCatalogue>(provider => provider.GetRequiredService<MemoryCatalogue>());
            silo.Services.AddGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, (provider, _) => provider.GetRequiredService<MemoryCatalogue>());
            silo.UseInMemoryReminderService();
            return;
        }

        silo.Services.AddSingleton<IThingCatalogue, SqliteCatalogue>();
        silo.AddSqliteGrainStorageAsDefault(options => options.Path = settings.SqlitePath);
        silo.UseSqliteReminderService(options => options.Path = settings.SqlitePath);
    }
}
