using IoTOrleans.DynamoDB.Hosting;
using IoTOrleans.DynamoDB.Membership;
using IoTOrleans.DynamoDB.Reminders;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Messaging;
using Orleans.Providers;
using Orleans.Runtime.Hosting;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace IoTOrleans.DynamoDB;

/// <summary>
/// Grain storage, reminders and membership in DynamoDB, for any number of silos. The host opens the tables when it starts, and creates
/// them if the options say so. If that fails, it does not start and throws <see cref="DynamoDBStoreException"/>.
/// </summary>
public static class DynamoDBBuilderExtensions
{
    public static ISiloBuilder AddDynamoDBGrainStorageAsDefault(
        this ISiloBuilder builder, Action<DynamoDBStorageOptions>? configure = null) =>
        builder.AddDynamoDBGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, configure);

    /// <summary>Adds the keyed service <see cref="DynamoDBGrainStorage"/>, which can do more than Orleans' contract asks for.</summary>
    /// <param name="name">The provider's name. It is part of the keys: a provider of another name does not find the items.</param>
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
            provider.Options<ClusterOptions>().ServiceId,
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

    /// <summary>The table alone, for a host with its own reminder service.</summary>
    public static ISiloBuilder AddDynamoDBReminderTable(this ISiloBuilder builder, Action<DynamoDBReminderTableOptions>? configure = null)
    {
        var services = builder.Services;
        if (configure is not null) services.Configure(configure);
        services.AddTable(TableSchema.Reminders, nameof(DynamoDBReminderTableOptions), Options);
        services.AddSingleton<IReminderTable>(provider => new DynamoDBReminderTable(
            provider.Options<ClusterOptions>().ServiceId, provider.Table(TableSchema.Reminders, Options(provider))));
        return builder;

        static DynamoDBReminderTableOptions Options(IServiceProvider provider) => provider.Options<DynamoDBReminderTableOptions>();
    }

    public static ISiloBuilder UseDynamoDBClustering(this ISiloBuilder builder, Action<DynamoDBClusteringOptions>? configure = null)
    {
        var services = builder.Services;
        if (configure is not null) services.Configure(configure);
        services.AddTable(TableSchema.Membership, nameof(DynamoDBClusteringOptions), Options);
        services.AddSingleton<IMembershipTable>(provider => ActivatorUtilities.CreateInstance<DynamoDBMembershipTable>(
            provider, provider.Options<ClusterOptions>().ClusterId, provider.Table(TableSchema.Membership, Options(provider))));
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider =>
            ActivatorUtilities.CreateInstance<DeadSiloCheck>(provider, Options(provider).DeadAfter, TimeProvider.System));
        return builder;

        static DynamoDBClusteringOptions Options(IServiceProvider provider) => provider.Options<DynamoDBClusteringOptions>();
    }

    /// <summary>Finds the silos in their membership table. A client never creates that table.</summary>
    public static IClientBuilder UseDynamoDBClustering(this IClientBuilder builder, Action<DynamoDBClusteringOptions>? configure = null)
    {
        var services = builder.Services;
        if (configure is not null) services.Configure(configure);
        services.AddDynamoDBTables();
        services.AddSingleton<IGatewayListProvider>(provider => new DynamoDBGatewayListProvider(
            provider.Options<ClusterOptions>().ClusterId,
            provider.Table(TableSchema.Membership, provider.Options<DynamoDBClusteringOptions>()),
            provider.Options<GatewayOptions>().GatewayListRefreshPeriod));
        return builder;
    }
}
