using IoTOrleans.Sqlite.Hosting;
using IoTOrleans.Sqlite.Reminders;
using IoTOrleans.Sqlite.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Hosting;
using Orleans.Providers;
using Orleans.Runtime.Hosting;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace IoTOrleans.Sqlite;

/// <summary>
/// Grain storage and reminders in a SQLite file, for one silo. The host opens the file when it starts. If that fails, it does not start
/// and throws <see cref="SqliteStoreException"/>. With one path for all, <see cref="SqliteStore"/> is a service.
/// </summary>
public static class SqliteSiloBuilderExtensions
{
    public static ISiloBuilder AddSqliteGrainStorageAsDefault(this ISiloBuilder builder, Action<SqliteStorageOptions>? configure = null) =>
        builder.AddSqliteGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, configure);

    /// <param name="name">The provider's name. It is part of the keys: a provider of another name does not find the rows.</param>
    public static ISiloBuilder AddSqliteGrainStorage(this ISiloBuilder builder, string name, Action<SqliteStorageOptions>? configure = null)
    {
        var services = builder.Services;
        var options = services.AddOptions<SqliteStorageOptions>(name);
        if (configure is not null) options.Configure(configure);
        services.TryAddEnumerable(ServiceDescriptor.Transient<
            IPostConfigureOptions<SqliteStorageOptions>,
            DefaultStorageProviderSerializerOptionsConfigurator<SqliteStorageOptions>>());
        services.AddStore(provider => Options(provider).Path);
        services.AddGrainStorage(name, (provider, _) => new SqliteGrainStorage(
            name,
            provider.GetRequiredService<SqliteStores>().For(Options(provider).Path),
            Options(provider).GrainStorageSerializer,
            provider.GetRequiredService<IActivatorProvider>()));
        return builder;

        SqliteStorageOptions Options(IServiceProvider provider) =>
            provider.GetRequiredService<IOptionsMonitor<SqliteStorageOptions>>().Get(name);
    }

    public static ISiloBuilder UseSqliteReminderService(this ISiloBuilder builder, Action<SqliteReminderTableOptions>? configure = null) =>
        builder.AddReminders().AddSqliteReminderTable(configure);

    /// <summary>The table alone, for a host with its own reminder service.</summary>
    public static ISiloBuilder AddSqliteReminderTable(this ISiloBuilder builder, Action<SqliteReminderTableOptions>? configure = null)
    {
        var services = builder.Services;
        if (configure is not null) services.Configure(configure);
        services.AddStore(Path);
        services.AddSingleton<IReminderTable>(provider => new SqliteReminderTable(
            provider.GetRequiredService<SqliteStores>().For(Path(provider))));
        return builder;

        static string Path(IServiceProvider provider) => provider.GetRequiredService<IOptions<SqliteReminderTableOptions>>().Value.Path;
    }

    /// <summary>Each provider registers its store, so that the lifetime finds all of them.</summary>
    private static void AddStore(this IServiceCollection services, Func<IServiceProvider, string> path)
    {
        services.AddMetrics();
        services.TryAddSingleton<SqliteStores>();
        services.AddSingleton(provider => provider.GetRequiredService<SqliteStores>().For(path(provider)));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, SqliteStoreLifetime>());
    }
}
