using IoTOrleans.DynamoDB.Hosting;
using IoTOrleans.DynamoDB.Membership;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Messaging;

namespace IoTOrleans.DynamoDB;

public static class DynamoDBClientBuilderExtensions
{
    /// <summary>Finds the silos in their membership table, which a client never creates.</summary>
    public static IClientBuilder UseDynamoDBClustering(this IClientBuilder builder, Action<DynamoDBClusteringOptions>? configure = null)
    {
        var services = builder.Services;
        if (configure is not null) services.Configure(configure);
        services.AddDynamoDBTables();
        services.AddSingleton<IGatewayListProvider>(provider => new DynamoDBGatewayListProvider(
            provider.Cluster().ClusterId,
            provider.Table(TableSchema.Membership, provider.GetRequiredService<IOptions<DynamoDBClusteringOptions>>().Value),
            provider.GetRequiredService<IOptions<GatewayOptions>>().Value.GatewayListRefreshPeriod));
        return builder;
    }
}
