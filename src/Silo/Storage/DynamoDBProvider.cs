using IoTOrleans.Aws;
using IoTOrleans.DynamoDB;
using IoTOrleans.Grains.Devices;
using IoTOrleans.Silo.Api;
using IoTOrleans.Silo.Hosting.Running;
using IoTOrleans.Silo.Reminders;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Orleans.Configuration;
using Orleans.Providers;

namespace IoTOrleans.Silo.Storage;

internal static class DynamoDBProvider
{
    public static void UseDynamoDB(this ISiloBuilder silo, SiloSettings settings)
    {
        silo.Services.NeedAwsCredentials("Storage:Provider=DynamoDB");
        silo.Services.AddSingleton<IThingCatalogue, DynamoDBCatalogue>();
        silo.AddDynamoDBGrainStorageAsDefault(Tables);
        silo.AddDynamoDBReminderTable(Tables).AddLeanReminders();
        silo.UseDynamoDBClustering(Tables);
        silo.Configure<ClusterMembershipOptions>(NoticeTheDead);
        silo.Services.AddHostedService<PeerWatch>();
        silo.Services.AddReadyCheck("storage", async (provider, token) =>
        {
            await provider.GetRequiredKeyedService<DynamoDBGrainStorage>(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME).Ping(token);
            return HealthCheckResult.Healthy();
        });

        void Tables(DynamoDBTableOptions options) =>
            (options.TablePrefix, options.CreateTables) = (settings.DynamoDB.TablePrefix, settings.DynamoDB.CreateTables);
    }

    /// <summary>
    /// A heartbeat every 5 s, so that a starting silo soon sees which silos are dead (<see cref="DynamoDBClusteringOptions.DeadAfter"/>).
    /// Orleans' own limit stays at 90 s (18 heartbeats): storage that hangs for a while must not make every silo look dead.
    /// </summary>
    private static void NoticeTheDead(ClusterMembershipOptions options) =>
        (options.IAmAliveTablePublishTimeout, options.NumMissedTableIAmAliveLimit) = (TimeSpan.FromSeconds(5), 18);

    /// <summary>A scan of the grain state table. AWS bills what it reads, so only for people who look and for slow rounds.</summary>
    private sealed class DynamoDBCatalogue(
        [FromKeyedServices(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME)] DynamoDBGrainStorage storage,
        UnreadableThings unreadable) : IThingCatalogue
    {
        private static readonly GrainType Device = GrainType.Create(DeviceNames.GrainType);

        public async Task<CataloguePage> List(string? cursor, int limit, CancellationToken cancellationToken)
        {
            try
            {
                var page = await storage.ListGrains(DeviceNames.State, Device, limit, cursor, cancellationToken);
                return new([.. page.Grains.Select(grain => unreadable.Take(grain.GrainId.Key.ToString()!, grain.Data))], page.Cursor);
            }
            catch (FormatException)
            {
                throw new CursorException("It is not one that this service gave out.");
            }
        }
    }
}
