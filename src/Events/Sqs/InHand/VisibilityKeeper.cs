using IoTOrleans.Aws;

namespace IoTOrleans.Events.Sqs;

/// <summary>Keeps in-flight messages hidden from other consumers, and tells SQS when to show a message again that is given back.</summary>
internal sealed partial class VisibilityKeeper(
    SqsQueue queue, InFlightMessages held, SqsOptions options, TimeProvider time, ILogger<VisibilityKeeper> logger) : IDisposable
{
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(50);

    private readonly Channel<VisibilityChange> _released = Channel.CreateUnbounded<VisibilityChange>();
    private readonly LogLimiter _trouble = new(time);

    // An extension under way must not overtake the giving back of the same message: it would come in 30 seconds instead of in 15 minutes.
    private readonly SemaphoreSlim _oneAtATime = new(1);

    /// <summary>Gives a message back, to be received again after this time.</summary>
    public void Release(InFlightMessage message, TimeSpan hideFor)
    {
        if (held.Remove(message)) _released.Writer.TryWrite(new VisibilityChange(message, hideFor));
    }

    /// <summary>The same for a message that could not be stored. Until it comes again, the watermark stays before it.</summary>
    public void PutAside(InFlightMessage message, TimeSpan hideFor)
    {
        // If the request fails, the message stays hidden for its visibility timeout.
        if (!held.Contains(message)) return;
        held.PutAside(message, time.GetUtcNow() + (hideFor > options.VisibilityTimeout ? hideFor : options.VisibilityTimeout));
        Release(message, hideFor);
    }

    /// <summary>Gives back all in-flight messages, to be shown at once, and takes no more.</summary>
    public void ReleaseAll()
    {
        foreach (var message in held.All) PutAside(message, TimeSpan.Zero);
        _released.Writer.TryComplete();
    }

    /// <summary>Sends what is given back to SQS, until <see cref="ReleaseAll"/> was called and nothing is left.</summary>
    public async Task GiveBack(CancellationToken cancellationToken)
    {
        await foreach (var batch in _released.Reader.ReadBatches(Linger, time, cancellationToken))
            await Change(batch, _ => true, cancellationToken);
    }

    /// <summary>Extends the visibility timeouts of in-flight messages until it is cancelled.</summary>
    public async Task Extend(CancellationToken cancellationToken)
    {
        while (true)
        {
            // Six looks per timeout, and due after a third of it: three requests in a row may fail before a message is lost.
            await Task.Delay(options.VisibilityTimeout / 6, time, cancellationToken);
            var extensions = held.All.Where(IsDue).Select(message => new VisibilityChange(message, options.VisibilityTimeout));
            foreach (var batch in extensions.Chunk(SqsQueue.BatchSize)) await Change([.. batch], held.Contains, cancellationToken);
        }
    }

    public void Dispose() => _oneAtATime.Dispose();

    private bool IsDue(InFlightMessage message) =>
        !message.IsLost && time.GetElapsedTime(message.HiddenSince) >= options.VisibilityTimeout / 3;

    private void Changed(InFlightMessage message, TimeSpan hideFor, long asked)
    {
        message.HiddenSince = asked;
        if (hideFor == TimeSpan.Zero) held.GivenBack(message);
        else if (!held.Contains(message)) held.ComesAgain(message, time.GetUtcNow() + hideFor);
    }

    private async Task Change(List<VisibilityChange> changes, Func<InFlightMessage, bool> isWanted, CancellationToken cancellationToken)
    {
        await _oneAtATime.WaitAsync(cancellationToken);
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
            // Harmless: the messages come again after their visibility timeout.
            if (_trouble.ShouldLog()) LogFailed(AwsFaults.Describe(exception));
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    [LoggerMessage(LogLevel.Debug, "SQS did not change the visibility of {Count} messages of a batch ({Code})")]
    private partial void LogNotChanged(int count, string code);

    [LoggerMessage(LogLevel.Warning,
        "The visibility of messages cannot be changed, so some come again earlier or later than they should. "
        + "The role needs sqs:ChangeMessageVisibility. SQS says: {Error}")]
    private partial void LogFailed(string error);
}
