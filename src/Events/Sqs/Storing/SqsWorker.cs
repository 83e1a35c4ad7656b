namespace IoTOrleans.Events.Sqs;

/// <summary>Reports the changes of one thing after the other to the sink. Only stored messages go on to the deleter.</summary>
internal sealed partial class SqsWorker(
    Channel<ThingMessages> work, IConnectionChangeSink sink, StorageGate gate, MessageDeleter deleter, VisibilityKeeper visibility,
    EventMetrics metrics, SqsOptions options, TimeProvider time, ILogger<SqsWorker> logger)
{
    /// <summary>If storage fails half of the requests for some seconds, a thing must not wait for longer than that.</summary>
    private const int TriesInHand = 3;

    private static readonly Backoff Retry = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(8));
    private static readonly Backoff ComesAgain = new(TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(15));

    /// <summary>Works until the channel is completed and empty.</summary>
    public async Task Run(CancellationToken cancellationToken)
    {
        await foreach (var messages in work.Reader.ReadAllAsync(cancellationToken)) await Store(messages, cancellationToken);
    }

    /// <summary>10 s · 2ⁿ, at most 15 min; n: the receives before this one.</summary>
    internal static TimeSpan BackoffAfter(int receiveCount) => ComesAgain.After(receiveCount);

    private async Task Store(ThingMessages messages, CancellationToken cancellationToken)
    {
        var next = 0;
        var failures = 0;
        var storedBefore = 0L;
        while (next < messages.Changes.Count)
        {
            if (!await gate.Enter(tried: failures > 0, cancellationToken)) return;

            if (failures is 0) storedBefore = gate.Stored;
            var pending = messages.Changes[next];
            var error = await TryStore(messages.ThingName, pending);
            if (error is null)
            {
                await deleter.Add(pending.Message, cancellationToken);
                (next, failures) = (next + 1, 0);
                continue;
            }

            // Other changes could be stored meanwhile, so the problem is this thing. It waits for its next receive.
            failures++;
            if (failures > TriesInHand && gate.Stored != storedBefore && !gate.IsPaused)
            {
                LogComesAgain(messages.ThingName, pending.Message.ReceiveCount, BackoffAfter(pending.Message.ReceiveCount), error);
                foreach (var left in messages.Changes.Skip(next))
                    visibility.PutAside(left.Message, BackoffAfter(left.Message.ReceiveCount));
                return;
            }

            // Nothing could be stored since, so storage may be down, and a receive must not be wasted. Enough failures close the gate.
            if (!gate.IsPaused) await Task.Delay(Retry.After(failures), time, cancellationToken);
        }
    }

    /// <returns>null: stored. Otherwise why not.</returns>
    private async Task<string?> TryStore(string thingName, PendingChange pending)
    {
        using var span = QueueTraces.Process(options.QueueUrl, pending.Message, thingName);
        try
        {
            var reason = await sink.Report(thingName, pending.Change);
            gate.Succeeded();
            metrics.QueueTaken();
            span.Decided(reason);
            return null;
        }
        catch (Exception exception)
        {
            gate.Failed();
            metrics.QueueFailed();
            span.Failed();
            LogFailed(exception, thingName);
            return exception.Message;
        }
    }

    [LoggerMessage(LogLevel.Warning,
        "{ThingName}: a change could not be stored (receive {ReceiveCount}). It comes again in {Backoff}. {Error}")]
    private partial void LogComesAgain(string thingName, int receiveCount, TimeSpan backoff, string error);

    // Debug: in an outage there is one for each attempt on each in-flight message, and the gate logs the outage.
    [LoggerMessage(LogLevel.Debug, "{ThingName}: an attempt to store a change failed")]
    private partial void LogFailed(Exception exception, string thingName);
}
