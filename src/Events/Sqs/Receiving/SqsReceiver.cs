using Amazon.SQS.Model;
using IoTOrleans.Events.Machine;
using IoTOrleans.Events.Watermarks;

namespace IoTOrleans.Events.Sqs;

/// <summary>Long-polls the queue and passes on what it brings, for as long as there is room for it and storage to put it.</summary>
internal sealed class SqsReceiver(
    SqsQueue queue,
    StorageGate gate,
    MemoryGauge memory,
    MessageSorter sorter,
    ChannelWriter<ThingMessages> work,
    ReceiveTrouble trouble,
    PollProgress progress,
    PollLength length,
    TimeProvider time)
{
    /// <param name="first">What was received already, when the service started.</param>
    /// <param name="stopping">No new poll begins. What the one under way brings is passed on as ever.</param>
    /// <param name="hangUp">
    /// Ends a poll that hangs. One that only waits is never cut off: if SQS was handing out a message at that very moment, nobody would get
    /// it until the visibility timeout of the request is over, and everybody would have to reckon with that.
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
                // Also when stopping: what was received is in hand from here on, and is stored or given back with the rest.
                await Take(batch, hangUp);
                batch = [];

                // Room first, then the request: what is received starts to run out of time.
                await work.WaitToWriteAsync(stopping);
                await memory.UntilRoom(stopping);
                var max = await gate.MayReceive(stopping);
                batch = await Receive(poll, max, hangUp);
                trouble.IsOver();
                failures = 0;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                progress.RemoveReceiver(poll);
                return;
            }
            catch (Exception exception)
            {
                await trouble.Wait(exception, failures++, stopping);
            }
        }
    }

    private async Task Take(IReadOnlyList<Message> batch, CancellationToken hangUp)
    {
        if (batch.Count is 0) return;
        foreach (var messages in await sorter.Sort(batch, hangUp)) await work.WriteAsync(messages, hangUp);
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

            // Where the SDK asked more than once, the time is not that of one poll.
            if (length.Failures == failures) length.Answered(time.GetElapsedTime(asked));
            poll.Answered(PollResult.Of(batch, now));
            return batch;
        }
        catch (Exception exception)
        {
            poll.Failed();
            if (LostAnswers.MayBe(exception)) progress.AnswerLost(time.GetElapsedTime(asked));
            throw;
        }
    }
}
