using System.Runtime.CompilerServices;

namespace IoTOrleans.Events.Sqs;

internal static class ChannelBatches
{
    /// <summary>
    /// A request costs the same for 1 as for 10, so a batch that is not full waits a moment for more. Ends when the channel is completed
    /// and empty.
    /// </summary>
    public static async IAsyncEnumerable<List<T>> ReadBatches<T>(
        this ChannelReader<T> reader, TimeSpan linger, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await reader.WaitToReadAsync(cancellationToken))
        {
            if (reader.Count < SqsQueue.BatchSize) await Task.Delay(linger, time, cancellationToken);

            var batch = new List<T>(SqsQueue.BatchSize);
            while (batch.Count < SqsQueue.BatchSize && reader.TryRead(out var item)) batch.Add(item);
            if (batch.Count > 0) yield return batch;
        }
    }
}
