using IoTOrleans.DynamoDB.Hosting;
using IoTOrleans.DynamoDB.Membership;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Messaging;

namespace IoTOrleans.DynamoDB;

public static class DynamoDBClientBuilderExtensions
{
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
