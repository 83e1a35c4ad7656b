using IoTOrleans.Aws;

namespace IoTOrleans.Events.Sqs;

/// <summary>Keeps what is in hand hidden from other consumers, and says of what is given back when it may be seen again.</summary>
internal sealed partial class VisibilityKeeper(
    SqsQueue queue, InFlightMessages held, SqsOptions options, TimeProvider time, ILogger<VisibilityKeeper> logger) : IDisposable
{
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(50);

    private readonly Channel<VisibilityChange> released = Channel.CreateUnbounded<VisibilityChange>();
    private readonly LogLimiter trouble = new(time);

    // An extension that is under way must not overtake the giving back of the same message: what was to come again in 15 minutes would
    // come in 30 seconds.
    private readonly SemaphoreSlim oneAtATime = new(1);

    /// <summary>The message is no longer in hand; it may be received again after this time.</summary>
    public void Release(InFlightMessage message, TimeSpan hideFor)
    {
        if (held.Remove(message)) released.Writer.TryWrite(new VisibilityChange(message, hideFor));
    }

    /// <summary>It could not be stored: it is to come again after this time, and until then it is known to be missing.</summary>
    public void PutAside(InFlightMessage message, TimeSpan hideFor)
    {
        // If SQS does not hear of it, the message stays hidden for as long as it was to be.
        if (!held.Contains(message)) return;
        held.PutAside(message, time.GetUtcNow() + (hideFor > options.VisibilityTimeout ? hideFor : options.VisibilityTimeout));
        Release(message, hideFor);
    }

    /// <summary>Gives everything back that is still in hand, to be seen at once, and takes no more.</summary>
    public void ReleaseAll()
    {
        foreach (var message in held.All) PutAside(message, TimeSpan.Zero);
        released.Writer.TryComplete();
    }

    /// <summary>Gives back until <see cref="ReleaseAll"/> is done, or the token ends it.</summary>
    public async Task GiveBack(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var batch in released.Reader.ReadBatches(Linger, time, cancellationToken))
            {
                await Change(batch, _ => true, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    /// <summary>Extends what is in hand until the token ends it.</summary>
    public async Task Extend(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                // Looked at six times per timeout and due after a third of it, so three requests in a row may fail before one is lost.
                await Task.Delay(options.VisibilityTimeout / 6, time, cancellationToken);
                foreach (var batch in held.All.Where(IsDue).Select(Extension).Chunk(SqsQueue.BatchSize))
                {
                    await Change([.. batch], held.Contains, cancellationToken);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    public void Dispose() => oneAtATime.Dispose();

    private bool IsDue(InFlightMessage message) =>
        !message.IsLost && time.GetElapsedTime(message.HiddenSince) >= options.VisibilityTimeout / 3;

    private VisibilityChange Extension(InFlightMessage message) => new(message, options.VisibilityTimeout);

    private void Changed(InFlightMessage message, TimeSpan hideFor, long asked)
    {
        message.HiddenSince = asked;
        if (hideFor == TimeSpan.Zero) held.GivenBack(message);
        else if (!held.Contains(message)) held.ComesAgain(message, time.GetUtcNow() + hideFor);
    }

    private async Task Change(List<VisibilityChange> changes, Func<InFlightMessage, bool> isWanted, CancellationToken cancellationToken)
    {
        await oneAtATime.WaitAsync(cancellationToken);
        try
        {
            changes.RemoveAll(change => !isWanted(change.Message));
            if (changes.Count is 0) return;

            var asked = time.GetTimestamp();
            var failures = await queue.ChangeVisibility(changes, cancellationToken);
            var changed = changes.Select(change => change.Message).Except(failures.Select(failure => failure.Message)).ToHashSet();
            foreach (var (message, hideFor) in changes.Where(change => changed.Contains(change.Message))) Changed(message, hideFor, asked);
            foreach (var failure in failures.Where(failure => failure.IsFinal)) failure.Message.IsLost = true;
            if (failures.Count > 0) LogNotChanged(failures.Count, failures[0].Code);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // No harm but repetition: the messages come again when the time runs out that they have.
            if (trouble.ShouldLog()) LogFailed(AwsFaults.Describe(exception));
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    [LoggerMessage(LogLevel.Debug, "SQS did not change the visibility of {Count} messages of a batch ({Code})")]
    private partial void LogNotChanged(int count, string code);

    [LoggerMessage(
        LogLevel.Warning,
        "The visibility of messages cannot be changed, so some come again sooner or later than they should; "
        + "the role needs sqs:ChangeMessageVisibility. SQS says: {Error}")]
    private partial void LogFailed(string error);
}
