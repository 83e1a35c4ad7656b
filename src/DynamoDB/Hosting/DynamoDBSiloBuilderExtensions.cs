using IoTOrleans.DynamoDB.Hosting;
using IoTOrleans.DynamoDB.Membership;
using IoTOrleans.DynamoDB.Reminders;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Hosting;
using Orleans.Providers;
using Orleans.Runtime.Hosting;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace IoTOrleans.DynamoDB;

/// <summary>
/// Grain storage, reminders and membership in DynamoDB, for any number of silos. The tables are looked for, and created if that is
/// asked for, when the host starts; if that fails, the host does not start and throws <see cref="DynamoDBStoreException"/>.
/// </summary>
public static class DynamoDBSiloBuilderExtensions
{
    public static ISiloBuilder AddDynamoDBGrainStorageAsDefault(
        this ISiloBuilder builder, Action<DynamoDBStorageOptions>? configure = null) =>
        builder.AddDynamoDBGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, configure);

    /// <summary>
    /// The storage, with what it can do beyond Orleans' contract, is the keyed service <see cref="DynamoDBGrainStorage"/>.
    /// </summary>
    /// <param name="name">The provider's name. It is part of the key of what it stores: under another name nothing is found again.</param>
    public static ISiloBuilder AddDynamoDBGrainStorage(
        this ISiloBuilder builder, string name, Action<DynamoDBStorageOptions>? configure = null)
    {
        var services = builder.Services;
        var options = services.AddOptions<DynamoDBStorageOptions>(name);
        if (configure is not null) options.Configure(configure);
        services.TryAddEnumerable(ServiceDescriptor.Transient<
            IPostConfigureOptions<DynamoDBStorageOptions>,
            DefaultStorageProviderSerializerOptionsConfigurator<DynamoDBStorageOptions>>());
        services.AddTable(TableSchema.GrainState, $"{nameof(DynamoDBStorageOptions)} of provider '{name}'", Options, name);
        services.AddKeyedSingleton(name, (provider, _) => new DynamoDBGrainStorage(
            name,
            provider.Cluster().ServiceId,
            provider.Table(TableSchema.GrainState, Options(provider)),
            Options(provider).GrainStorageSerializer,
            provider.GetRequiredService<IActivatorProvider>()));
        services.AddGrainStorage(name, (provider, _) => provider.GetRequiredKeyedService<DynamoDBGrainStorage>(name));
        return builder;

        DynamoDBStorageOptions Options(IServiceProvider provider) =>
            provider.GetRequiredService<IOptionsMonitor<DynamoDBStorageOptions>>().Get(name);
    }

    public static ISiloBuilder UseDynamoDBReminderService(
        this ISiloBuilder builder, Action<DynamoDBReminderTableOptions>? configure = null) =>
        builder.AddReminders().AddDynamoDBReminderTable(configure);

    /// <summary>The table alone, for a host that brings a reminder service of its own.</summary>
    public static ISiloBuilder AddDynamoDBReminderTable(this ISiloBuilder builder, Action<DynamoDBReminderTableOptions>? configure = null)
    {
        var services = builder.Services;
        if (configure is not null) services.Configure(configure);
        services.AddTable(TableSchema.Reminders, nameof(DynamoDBReminderTableOptions), Options);
        services.AddSingleton<IReminderTable>(provider => new DynamoDBReminderTable(
            provider.Cluster().ServiceId, provider.Table(TableSchema.Reminders, Options(provider))));
        return builder;

        static DynamoDBReminderTableOptions Options(IServiceProvider provider) =>
            provider.GetRequiredService<IOptions<DynamoDBReminderTableOptions>>().Value;
    }

    public static ISiloBuilder UseDynamoDBClustering(this ISiloBuilder builder, Action<DynamoDBClusteringOptions>? configure = null)
    {
        var services = builder.Services;
        if (configure is not null) services.Configure(configure);
        services.AddTable(TableSchema.Membership, nameof(DynamoDBClusteringOptions), Options);
        services.AddSingleton<IMembershipTable>(provider => ActivatorUtilities.CreateInstance<DynamoDBMembershipTable>(
            provider, provider.Cluster().ClusterId, provider.Table(TableSchema.Membership, Options(provider))));
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider =>
            ActivatorUtilities.CreateInstance<Undertaker>(provider, Options(provider).DeadAfter, TimeProvider.System));
        return builder;

        static DynamoDBClusteringOptions Options(IServiceProvider provider) =>
            provider.GetRequiredService<IOptions<DynamoDBClusteringOptions>>().Value;
    }
}
