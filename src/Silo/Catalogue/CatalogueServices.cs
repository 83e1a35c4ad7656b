using IoTOrleans.Grains.Ports;
using IoTOrleans.Silo.Advice;

namespace IoTOrleans.Silo.Catalogue;

internal static class CatalogueServices
{
    /// <summary>The catalogue itself comes with the storage.</summary>
    public static void AddThingList(this IServiceCollection services)
    {
        services.AddSingleton<NamedThings>();
        services.AddSingleton<ThingsWithReminder>();
        services.AddSingleton<ThingsInCatalogue>();
        services.AddSingleton<ThingList>();
        services.AddSingleton<FleetHistogram>();
        services.AddSingleton<IThingsNotWell, ThingsNotWell>();
    }
}
