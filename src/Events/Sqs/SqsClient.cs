using System.Net;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.SQS;
using Amazon.SQS.Model;

namespace IoTOrleans.Events.Sqs;

/// <summary>
/// Region, credentials and endpoint by the SDK's conventions. The SDK retries a receive by itself, but the messages of a lost answer stay
/// hidden for a while, so each failed attempt is noted.
/// </summary>
/// <param name="receiveFailed">Called for each attempt to receive whose answer may be lost, with the time that it took.</param>
internal sealed class SqsClient(AmazonSQSConfig config, TimeProvider time, Action<TimeSpan> receiveFailed) : AmazonSQSClient(config)
{
    // A field initializer: the base constructor asks for the pipeline.
    private readonly Attempts _attempts = new(time, receiveFailed);

    internal static IAmazonSQS Create(TimeProvider time, Action<TimeSpan> receiveFailed)
    {
        try
        {
            // A long poll answers within 5 s. If a connection dies silently, the SDK's default timeout of 100 s would delay first verdicts
            // for as long, and again for the visibility timeout of a lost answer.
            return new SqsClient(new AmazonSQSConfig { Timeout = SqsQueue.LongPoll + TimeSpan.FromSeconds(5) }, time, receiveFailed);
        }
        catch (AmazonClientException exception)
        {
            throw new StartupException(
                $"{SqsOptions.QueueUrlSetting}: no AWS region is set, and SQS needs one: set AWS_REGION, for example AWS_REGION=eu-west-1.",
                exception);
        }
    }

    /// <summary>Whether SQS may have handed out messages in an answer that never arrived: those are hidden from everybody.</summary>
    internal static bool MayHaveLostAnswer(Exception? exception) => exception switch
    {
        null => true,
        AmazonServiceException { StatusCode: >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError } => false,
        HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError,
        } => false,
        { InnerException: { } inner } => MayHaveLostAnswer(inner),
        _ => true,
    };

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        base.CustomizeRuntimePipeline(pipeline);
        pipeline.AddHandlerAfter<RetryHandler>(_attempts);
    }

    private sealed class Attempts(TimeProvider time, Action<TimeSpan> receiveFailed) : PipelineHandler
    {
        public override async Task<T> InvokeAsync<T>(IExecutionContext executionContext)
        {
            var asked = time.GetTimestamp();
            try
            {
                return await base.InvokeAsync<T>(executionContext);
            }
            catch (Exception exception) when (
                executionContext.RequestContext.OriginalRequest is ReceiveMessageRequest && MayHaveLostAnswer(exception))
            {
                receiveFailed(time.GetElapsedTime(asked));
                throw;
            }
        }
    }
}
