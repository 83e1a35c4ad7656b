using System.Diagnostics.Metrics;
using IoTOrleans.DynamoDB.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace IoTOrleans.DynamoDB.Hosting;

/// <summary>What all three providers share.</summary>
internal static class DynamoDBServices
{
    public static IServiceCollection AddDynamoDBTables(this IServiceCollection services)
    {
        services.AddMetrics();
        services.TryAddSingleton<CreateClient>(SdkClient.Create);
        services.TryAddSingleton(RetrySettings.Default);
        services.TryAddSingleton(provider => new DynamoDBMetrics(
            provider.GetRequiredService<IMeterFactory>().Create(DynamoDBMetrics.MeterName)));

        // Not the TimeProvider of the services: AWS answers in real time, whatever clock a test gives to the grains.
        services.TryAddSingleton(provider => ActivatorUtilities.CreateInstance<DynamoDBTables>(provider, TimeProvider.System));
        return services;
    }

    /// <summary>The options are validated and the table is opened when the host starts.</summary>
    public static void AddTable(
        this IServiceCollection services, TableSchema schema, string what, Func<IServiceProvider, DynamoDBTableOptions> options,
        string? providerName = null)
    {
        services.AddDynamoDBTables();
        services.AddSingleton(provider => new UsedTable(schema, options(provider).TablePrefix, options(provider).CreateTables));
        services.AddTransient<IConfigurationValidator>(provider => new TableOptionsValidator(
            what, options(provider), provider.Options<ClusterOptions>(), providerName));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, TablesLifetime>());
    }

    public static DynamoDBTable Table(this IServiceProvider provider, TableSchema schema, DynamoDBTableOptions options) =>
        provider.GetRequiredService<DynamoDBTables>().For(schema, options.TablePrefix);

    public static T Options<T>(this IServiceProvider provider)
        where T : class => provider.GetRequiredService<IOptions<T>>().Value;
}
