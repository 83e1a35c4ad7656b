using Amazon.Runtime;

namespace IoTOrleans.DynamoDB.Client;

/// <summary>Makes the client that all tables share. A type of its own, so that a test can put another endpoint in.</summary>
internal delegate IAmazonDynamoDB CreateClient();

internal static class SdkClient
{
    /// <summary>
    /// At some 5 ms a request that is 20,000 a second. Without a bound a mass outage would open one for each thing, and most
    /// would time out in the handshake.
    /// </summary>
    private const int Connections = 100;

    /// <summary>Region, credentials and endpoint by the SDK's own conventions, and by nothing else.</summary>
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
