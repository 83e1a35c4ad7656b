using IoTOrleans.Aws;

namespace IoTOrleans.Events.Sqs;

/// <summary>Deletes stored messages, ten at a time. A message that it cannot delete comes again and changes nothing.</summary>
internal sealed partial class MessageDeleter(
    SqsQueue queue, InFlightMessages held, EventMetrics metrics, TimeProvider time, ILogger<MessageDeleter> logger)
{
    /// <summary>Requests at a time. One round trip of some 10 ms deletes 10, so 4 keep up with 4,000 messages a second.</summary>
    private const int Loops = 4;

    private const int MaxAttempts = 5;

    private static readonly Backoff Retry = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(8));

    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(50);

    // Bounded: if deletes fail, this slows down the workers, and they slow down the receivers.
    private readonly Channel<InFlightMessage> _stored = Channel.CreateBounded<InFlightMessage>(1000);
    private readonly LogLimiter _trouble = new(time);

    /// <summary>Only for messages that are stored or say nothing.</summary>
    public ValueTask Add(InFlightMessage message, CancellationToken cancellationToken) =>
        _stored.Writer.WriteAsync(message, cancellationToken);

    public void Complete() => _stored.Writer.TryComplete();

    /// <summary>Deletes until <see cref="Complete"/> was called and nothing is left.</summary>
    public Task Run(CancellationToken cancellationToken) => Task.WhenAll(Enumerable.Range(0, Loops).Select(async _ =>
    {
        await foreach (var batch in _stored.Reader.ReadBatches(Linger, time, cancellationToken)) await Delete(batch, cancellationToken);
    }));

    private async Task Delete(List<InFlightMessage> batch, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            batch = await TryDelete(batch, cancellationToken);
            if (batch.Count is 0) return;
            if (attempt == MaxAttempts) break;
            await Task.Delay(Retry.After(attempt), time, cancellationToken);
        }

        foreach (var message in batch) held.Remove(message);
        LogGivenUp(batch.Count, MaxAttempts);
    }

    /// <returns>What is worth another try.</returns>
    private async Task<List<InFlightMessage>> TryDelete(List<InFlightMessage> batch, CancellationToken cancellationToken)
    {
        try
        {
            var failures = await queue.Delete(batch, cancellationToken);
            metrics.QueueDeleted(batch.Count - failures.Count);

            // SQS will not accept a refused receipt handle later. The message comes again, with a new one.
            var worthRetrying = failures.Where(failure => !failure.IsFinal).Select(failure => failure.Message).ToList();
            foreach (var message in batch.Except(worthRetrying)) held.Remove(message);
            if (failures.Count > 0) LogNotDeleted(failures.Count, failures[0].Code);
            return worthRetrying;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            if (_trouble.ShouldLog()) LogFailed(AwsFaults.Describe(exception));
            return batch;
        }
    }

    [LoggerMessage(LogLevel.Information, "SQS did not delete {Count} messages of a batch ({Code})")]
    private partial void LogNotDeleted(int count, string code);

    [LoggerMessage(LogLevel.Warning,
        "Messages cannot be deleted from the queue, so they come again. The role needs sqs:DeleteMessage. SQS says: {Error}")]
    private partial void LogFailed(string error);

    [LoggerMessage(LogLevel.Information,
        "{Count} stored messages could not be deleted in {Attempts} attempts. They come again and change nothing")]
    private partial void LogGivenUp(int count, int attempts);
}
