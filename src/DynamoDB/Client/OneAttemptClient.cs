using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace IoTOrleans.DynamoDB.Client;

/// <summary>
/// Tries each request once. <c>MaxErrorRetry = 0</c> alone does not do: after a connection that broke, a request was seen to come
/// twice all the same, and a repeat that nobody knows of looks like somebody else's write.
/// </summary>
internal sealed class OneAttemptClient : AmazonDynamoDBClient
{
    public OneAttemptClient(AmazonDynamoDBConfig config)
        : base(config)
    {
    }

    public OneAttemptClient(AWSCredentials credentials, AmazonDynamoDBConfig config)
        : base(credentials, config)
    {
    }

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        base.CustomizeRuntimePipeline(pipeline);
        pipeline.RemoveHandler<RetryHandler>();
    }
}
