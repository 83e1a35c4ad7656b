using IoTOrleans.Grains.Devices;
using IoTOrleans.Silo.Api;
using IoTOrleans.Silo.Reminders;
using IoTOrleans.Sqlite;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Orleans.Providers;

namespace IoTOrleans.Silo.Storage;

internal static class SqliteProvider
{
    public static void UseSqlite(this ISiloBuilder silo, SiloSettings settings)
    {
        silo.Services.AddSingleton<IThingCatalogue, SqliteCatalogue>();
        silo.Services.AddSingleton<CountStored>(provider => token => provider.GetRequiredService<SqliteStore>().CountGrains(
            ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, DeviceNames.State, token));
        silo.AddSqliteGrainStorageAsDefault(options => options.Path = settings.SqlitePath);
        silo.AddSqliteReminderTable(options => options.Path = settings.SqlitePath).AddLeanReminders();
        silo.Services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ClockMark>(provider, settings.SqlitePath + "-clock"));
        silo.Services.AddHostedService<OverdueSweep>();
        silo.Services.AddReadyCheck("storage", async (provider, token) =>
        {
            var store = provider.GetRequiredService<SqliteStore>();
            await store.Ping(token);
            return store.WriteFailure is { } failure ? HealthCheckResult.Unhealthy(failure) : HealthCheckResult.Healthy();
        });
    }

    /// <summary>The cursor is the last thing's name.</summary>
    private sealed class SqliteCatalogue(SqliteStore store, UnreadableThings unreadable) : IThingCatalogue
    {
        public async Task<CataloguePage> List(string? cursor, int limit, CancellationToken cancellationToken)
        {
            GrainId? after = cursor is null ? null : GrainId.Create(DeviceNames.GrainType, cursor);
            var rows = await store.ListGrains(
                ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, DeviceNames.State, after, limit, cancellationToken);
            var things = rows.Select(row => unreadable.Take(row.GrainId.Key.ToString()!, row.Data)).ToList();
            return new(things, things.Count < limit ? null : things[^1].ThingName);
        }
    }
}
