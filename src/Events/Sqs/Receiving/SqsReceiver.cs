using Amazon.SQS.Model;
using IoTOrleans.Aws;
using IoTOrleans.Events.Machine;
using IoTOrleans.Events.Watermarks;

namespace IoTOrleans.Events.Sqs;

/// <summary>Long-polls the queue and passes its messages on, while there is room for them and storage works.</summary>
internal sealed partial class SqsReceiver(
    SqsQueue queue, StorageGate gate, MemoryGauge memory, MessageSorter sorter, Channel<ThingMessages> work, PollProgress progress,
    PollLength length, SqsOptions options, TimeProvider time, ILogger<SqsReceiver> logger)
{
    private static readonly Backoff Retry = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));

    private readonly LogLimiter _trouble = new(time);

    /// <param name="first">Messages that were received when the service started.</param>
    /// <param name="stopping">Ends polling. The messages of the poll under way are passed on as usual.</param>
    /// <param name="hangUp">
    /// Ends a poll that hangs. A poll that only waits must not be cut: if SQS handed out a message just then, nobody would get it until its
    /// visibility timeout is over, and all verdicts would have to wait for that.
    /// </param>
    public async Task Run(IReadOnlyList<Message> first, CancellationToken stopping, CancellationToken hangUp)
    {
        var poll = progress.AddReceiver();
        var failures = 0;
        var batch = first;
        while (true)
        {
            try
            {
                // Also when stopping: received messages are taken into hand, and stored or given back with the rest.
                foreach (var messages in batch.Count is 0 ? [] : await sorter.Sort(batch, hangUp))
                    await work.Writer.WriteAsync(messages, hangUp);
                batch = [];

                // Room first, then the request: the visibility timeout of a received message is running.
                await work.Writer.WaitToWriteAsync(stopping);
                await memory.UntilRoom(stopping);
                var max = await gate.MayReceive(stopping);
                batch = await Receive(poll, max, hangUp);
                if (_trouble.IsOver()) LogReceived(options.QueueUrl);
                failures = 0;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                progress.RemoveReceiver(poll);
                return;
            }
            catch (Exception exception)
            {
                if (_trouble.ShouldLog()) LogNotReceived(options.QueueUrl, AwsFaults.Describe(exception));

                // Up to a half sooner, so that silos that lost the queue together do not come back together.
                var delay = Retry.After(++failures) * (0.5 + (Random.Shared.NextDouble() / 2));
                await Task.Delay(delay, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<List<Message>> Receive(Poll poll, int max, CancellationToken hangUp)
    {
        var (began, asked, failures) = (time.GetUtcNow(), time.GetTimestamp(), length.Failures);
        poll.Began(began);
        try
        {
            var batch = await queue.Receive(max, length.Current, hangUp);
            var now = time.GetUtcNow();
            if (now - began > SqsQueue.LongPoll + SqsQueue.Answering) progress.Failed(now);

            // If the SDK retried, the elapsed time is not that of one poll.
            if (length.Failures == failures) length.Answered(time.GetElapsedTime(asked));
            poll.Answered(PollResult.Of(batch, now));
            return batch;
        }
        catch (Exception exception)
        {
            poll.Failed();
            if (SqsClient.MayHaveLostAnswer(exception)) progress.AnswerLost(time.GetElapsedTime(asked));
            throw;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Receiving from {QueueUrl} fails. The service keeps trying. {Error}")]
    private partial void LogNotReceived(string queueUrl, string error);

    [LoggerMessage(LogLevel.Information, "{QueueUrl} answers again")]
    private partial void LogReceived(string queueUrl);
}
