using IoTOrleans.Events;
using IoTOrleans.Silo.Telemetry;

namespace IoTOrleans.Silo.Storage;

/// <summary>Where grains, reminders and membership are stored. A file for each provider, with its catalogue and health check.</summary>
internal static class StorageProviders
{
    public static void UseStorage(this ISiloBuilder silo, SiloSettings settings)
    {
        silo.Services.AddSingleton<IKnownThings, KnownThings>();
        if (settings.Storage == StorageProvider.DynamoDB) silo.UseDynamoDB(settings);
        else if (settings.Storage == StorageProvider.Memory) silo.UseMemory();
        else silo.UseSqlite(settings);
        silo.Services.MeasureStorage(settings.Storage);
        if (settings.Things.Most > 0) silo.Services.CountThings();
    }
}
