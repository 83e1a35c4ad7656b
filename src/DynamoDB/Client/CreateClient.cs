using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace IoTOrleans.DynamoDB.Client;

/// <summary>Makes the client that all tables share. A type of its own, so that a test can put another endpoint in.</summary>
internal delegate IAmazonDynamoDB CreateClient();

internal static class SdkClient
{
    /// <summary>
    /// At some 5 ms a request, this is 20,000 requests a second. Without a limit a mass outage would open a connection for each thing, and
    /// most would time out in the handshake.
    /// </summary>
    private const int Connections = 100;

    /// <summary>Region, credentials and endpoint come from the SDK's own conventions only.</summary>
    public static IAmazonDynamoDB Create()
    {
        try
        {
            var config = Configure(new AmazonDynamoDBConfig());
            if (config.RegionEndpoint is null && config.ServiceURL is null) throw Failures.NoRegion();
            return new OneAttemptClient(config);
        }
        catch (AmazonClientException cause)
        {
            throw Failures.NoRegion(cause);
        }
    }

    public static AmazonDynamoDBConfig Configure(AmazonDynamoDBConfig config)
    {
        config.MaxErrorRetry = 0; // Caller retries.
        config.MaxConnectionsPerServer = Connections;
        config.Timeout = RetrySettings.Default.CallLimit; // Caller's own limit comes first.
        return config;
    }
}

/// <summary>
/// Tries each request once. <c>MaxErrorRetry = 0</c> is not enough: after a broken connection a request came twice all the same, and a
/// repeat that the caller does not know of looks like somebody else's write.
/// </summary>
internal sealed class OneAttemptClient(AmazonDynamoDBConfig config) : AmazonDynamoDBClient(config)
{
    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        base.CustomizeRuntimePipeline(pipeline);
        pipeline.RemoveHandler<RetryHandler>();
    }
}
