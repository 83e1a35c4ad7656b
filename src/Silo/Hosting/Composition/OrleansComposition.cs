using IoTOrleans.Aws;
using IoTOrleans.DynamoDB;
using IoTOrleans.Events.Machine;
using IoTOrleans.Grains;
using IoTOrleans.Grains.Incidents;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Presence;
using IoTOrleans.Grains.Rounds;
using IoTOrleans.Grains.State;
using IoTOrleans.Grains.Summaries;
using IoTOrleans.Notifications.Settings;
using IoTOrleans.Silo.Advice;
using IoTOrleans.Silo.Api.Dashboard;
using IoTOrleans.Silo.Catalogue;
using IoTOrleans.Silo.Hosting.Reloading;
using IoTOrleans.Silo.Reminders;
using IoTOrleans.Silo.Storage;
using Orleans.Configuration;
using Orleans.Storage;

namespace IoTOrleans.Silo.Hosting.Composition;

internal static class OrleansComposition
{
    public static void AddOrleans(this WebApplicationBuilder builder, SiloSettings settings)
    {
        builder.UseOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(
                options => (options.ClusterId, options.ServiceId) = (settings.Orleans.ClusterId, settings.Orleans.ServiceId));
            silo.UseEndpoints(settings);
            silo.UseStorage(settings);
            silo.Services.AddSingleton<IGrainStorageSerializer, StateSerializer>();
            silo.AddThingsDashboard();
            silo.LiveWithinLimits();
            if (settings.Telemetry.Sends) silo.AddActivityPropagation();
        });

        // After Orleans, since hosted services stop in reverse, and these need grains until they have stopped.
        builder.Services.AddPresence();
        builder.Services.AddHostedService<Shedder>();
        builder.Services.AddHostedService<ClockWatch>();
        builder.Services.AddThingList();
        builder.AddReloading(settings);
        builder.Services.AddSingleton(Options.Create(new SummaryOptions { TimeZone = settings.TimeZone }));
        builder.Services.AddSingleton(Options.Create(settings.Rounds));
        builder.Services.AddSingleton(Options.Create(settings.Incidents));
    }

    /// <summary>What may change while the service runs comes from <see cref="LiveSettings"/>.</summary>
    private static void AddReloading(this WebApplicationBuilder builder, SiloSettings settings)
    {
        var (services, live) = (builder.Services, new LiveSettings(settings));
        services.AddSingleton<IOptionsChangeTokenSource<PresenceOptions>>(live);
        services.AddSingleton<IOptionsChangeTokenSource<DestinationRates>>(live);
        services.Configure<PresenceOptions>(options => live.Current.Presence.CopyTo(options));
        services.Configure<DestinationRates>(options => options.ByName = live.Current.Destinations.ToDictionary(
            destination => destination.Name, destination => destination.RateLimit));
        services.AddHostedService(provider =>
            ActivatorUtilities.CreateInstance<SettingsWatch>(provider, (IConfigurationRoot)builder.Configuration, live));
    }

    private static void AddThingList(this IServiceCollection services)
    {
        services.AddSingleton<NamedThings>();
        services.AddSingleton<AskedThings>();
        services.AddSingleton<ThingsWithReminder>();
        services.AddSingleton<ThingsInCatalogue>();
        services.AddSingleton<ThingList>();
        services.AddSingleton<FleetHistogram>();
        services.AddSingleton<IThingsNotWell, ThingsNotWell>();
    }
}
