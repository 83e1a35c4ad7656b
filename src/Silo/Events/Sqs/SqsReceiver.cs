using System.Threading.Channels;
using Amazon.SQS.Model;

namespace IoTOrleans.Silo.Events.Sqs;

/// <summary>Long-polls the queue and passes on what it brings, for as long as there is room for it and storage to put it.</summary>
internal sealed class SqsReceiver(
    SqsQueue queue,
    StorageGate gate,
    MessageSorter sorter,
    ChannelWriter<ThingMessages> work,
    ReceiveTrouble trouble,
    QueueProgress progress,
    TimeProvider time)
{
    /// <param name="first">What was received already, when the service started.</param>
    /// <param name="stopping">
    /// Ends it at once, a poll that is under way included: it could last for 20 s more. If SQS was handing out a message at that very
    /// moment, nobody gets it until the visibility timeout of the request is over: one receive and some seconds are lost, no message.
    /// </param>
    public async Task Run(IReadOnlyList<Message> first, CancellationToken stopping)
    {
        var poll = progress.AddReceiver();
        var failures = 0;
        var batch = first;
        while (true)
        {
            try
            {
                // Also when stopping: what was received is in hand from here on, and is given back with the rest.
                await Take(batch, stopping);
                batch = [];

                // Room first, then the request: what is received starts to run out of time.
                await work.WaitToWriteAsync(stopping);
                var max = await gate.MayReceive(stopping);
                batch = await Receive(poll, max, stopping);
                trouble.IsOver();
                failures = 0;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                await trouble.Wait(exception, failures++, stopping);
            }
        }
    }

    private async Task Take(IReadOnlyList<Message> batch, CancellationToken stopping)
    {
        if (batch.Count is 0) return;
        foreach (var messages in await sorter.Sort(batch, stopping)) await work.WriteAsync(messages, stopping);
    }

    private async Task<List<Message>> Receive(QueuePoll poll, int max, CancellationToken stopping)
    {
        PollResult? result = null;
        poll.Began(time.GetUtcNow());
        try
        {
            var batch = await queue.Receive(max, SqsQueue.LongPoll, stopping);
            result = PollResult.Of(batch, time.GetUtcNow());
            return batch;
        }
        finally
        {
            poll.Ended(result);
        }
    }
}
