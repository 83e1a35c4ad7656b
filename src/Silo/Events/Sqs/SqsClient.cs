using Amazon.Runtime;
using Amazon.SQS;
using IoTOrleans.Silo.Hosting;

namespace IoTOrleans.Silo.Events.Sqs;

internal static class SqsClient
{
    /// <summary>Region, credentials and endpoint by the SDK's own conventions.</summary>
    internal static IAmazonSQS Create()
    {
        try
        {
            // A long poll answers within 20 s. A connection that died without a word must not cost the SDK's 100 s.
            return new AmazonSQSClient(new AmazonSQSConfig { Timeout = SqsQueue.LongPoll + TimeSpan.FromSeconds(15) });
        }
        catch (AmazonClientException exception)
        {
            throw new StartupException(
                "Events:Sqs:QueueUrl: no AWS region is set, and SQS needs one: set AWS_REGION, for example AWS_REGION=eu-west-1.",
                exception);
        }
    }
}
