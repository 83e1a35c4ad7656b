using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.SQS;
using Amazon.SQS.Model;
using IoTOrleans.Events.Watermarks;

namespace IoTOrleans.Events.Sqs;

/// <summary>
/// Region, credentials and endpoint by the SDK's own conventions. The SDK repeats a request by itself; what a receive brought whose answer
/// got lost is hidden for a while all the same, so each attempt that fails is noted.
/// </summary>
internal sealed class SqsClient : AmazonSQSClient
{
    // Made before the base class asks for its pipeline.
    private readonly Attempts attempts = new();

    private SqsClient(AmazonSQSConfig config, TimeProvider time, Action<TimeSpan> receiveFailed)
        : base(config) => (attempts.Time, attempts.ReceiveFailed) = (time, receiveFailed);

    /// <param name="receiveFailed">Called for each attempt to receive whose answer may have got lost, with the time that it took.</param>
    internal static IAmazonSQS Create(TimeProvider time, Action<TimeSpan> receiveFailed)
    {
        try
        {
            // A long poll answers within 5 s. A connection that died without a word must not cost the SDK's 100 s: for as long as a poll
            // hangs, and then once more for what its answer may have hidden, first verdicts wait.
            return new SqsClient(new AmazonSQSConfig { Timeout = SqsQueue.LongPoll + TimeSpan.FromSeconds(5) }, time, receiveFailed);
        }
        catch (AmazonClientException exception)
        {
            throw new StartupException(
                "Events:Sqs:QueueUrl: no AWS region is set, and SQS needs one: set AWS_REGION, for example AWS_REGION=eu-west-1.",
                exception);
        }
    }

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        base.CustomizeRuntimePipeline(pipeline);
        pipeline.AddHandlerAfter<RetryHandler>(attempts);
    }

    private sealed class Attempts : PipelineHandler
    {
        public Action<TimeSpan> ReceiveFailed { get; set; } = _ => { };

        public TimeProvider Time { get; set; } = TimeProvider.System;

        public override async Task<T> InvokeAsync<T>(IExecutionContext executionContext)
        {
            var asked = Time.GetTimestamp();
            try
            {
                return await base.InvokeAsync<T>(executionContext);
            }
            catch (Exception exception) when (
                executionContext.RequestContext.OriginalRequest is ReceiveMessageRequest && LostAnswers.MayBe(exception))
            {
                ReceiveFailed(Time.GetElapsedTime(asked));
                throw;
            }
        }
    }
}
