namespace IoTOrleans.Events.Sqs;

/// <summary>
/// The supervisor: queue → receivers → bounded channel → workers → sink, and then the deleter. Starts when everything else has started,
/// since the silo has to take the events; stops, and has given everything back, before anything else stops.
/// </summary>
internal sealed partial class SqsConsumer(
    SqsStartCheck check,
    SqsReceiver receiver,
    SqsWorker worker,
    Channel<ThingMessages> work,
    StorageGate gate,
    MessageDeleter deleter,
    VisibilityKeeper visibility,
    InFlightMessages held,
    EventMetrics metrics,
    SqsOptions options,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<SqsConsumer> logger) : IHostedLifecycleService, IDisposable
{
    /// <summary>For the answers to polls that are under way; see <see cref="SqsReceiver.Run"/>.</summary>
    private static readonly TimeSpan LastAnswers = SqsQueue.LongPoll + SqsQueue.Answering;

    /// <summary>For polls that hang to end, for the last deletes, and for giving back.</summary>
    private static readonly TimeSpan LastRequests = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource receiving = new();
    private readonly CancellationTokenSource polling = new();
    private readonly CancellationTokenSource working = new();
    private readonly CancellationTokenSource extending = new();
    private readonly CancellationTokenSource ending = new();

    private Task receivers = Task.CompletedTask;
    private Task workers = Task.CompletedTask;
    private Task deletes = Task.CompletedTask;
    private Task extensions = Task.CompletedTask;
    private Task givingBack = Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        metrics.ObserveQueue(() => held.Count, () => gate.IsPaused);
        return check.AskForRedrivePolicy(cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        var first = await check.ReceiveFirst(cancellationToken);

        deletes = Watch(deleter.Run(ending.Token));
        extensions = Watch(visibility.Extend(extending.Token));
        givingBack = Watch(visibility.GiveBack(ending.Token));
        workers = Watch([.. Enumerable.Range(0, options.Workers).Select(_ => worker.Run(working.Token))]);
        receivers = Watch(
        [
            check.AskAgain(receiving.Token),
            receiver.Run(first, receiving.Token, polling.Token),
            .. Enumerable.Range(1, options.Receivers - 1).Select(_ => receiver.Run([], receiving.Token, polling.Token)),
        ]);
        LogStarted(options.QueueUrl, options.Receivers, options.Workers);
    }

    /// <summary>
    /// No more is received; what is in hand is stored and deleted, within the drain timeout; what is left is given back, to be seen by
    /// another consumer at once. While storage is down nothing could be stored, so then nothing is waited for.
    /// </summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (receivers == Task.CompletedTask) return;
        LogStopping(held.Count);

        // Workers go on while the last polls wait.
        using var drained = new CancellationTokenSource(options.DrainTimeout, time);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(drained.Token, cancellationToken);
        await receiving.CancelAsync();
        await receivers.WaitAsync(LastAnswers, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await polling.CancelAsync();
        await receivers.WaitAsync(LastRequests, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        work.Writer.TryComplete();
        gate.Close();
        await workers.WaitAsync(enough.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await working.CancelAsync();

        deleter.Complete();
        await deletes.WaitAsync(LastRequests, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        await extending.CancelAsync();
        var left = held.Count;
        visibility.ReleaseAll();
        await givingBack.WaitAsync(LastRequests, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ending.CancelAsync();
        LogStopped(left);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        receiving.Dispose();
        polling.Dispose();
        working.Dispose();
        extending.Dispose();
        ending.Dispose();
    }

    /// <summary>A part that ends with an exception is a bug; a consumer that looks alive and is not would be worse than none.</summary>
    private async Task Watch(params Task[] parts)
    {
        try
        {
            await Task.WhenAll(parts);
        }
        catch (Exception exception)
        {
            LogBroken(exception);
            lifetime.StopApplication();
        }
    }

    [LoggerMessage(LogLevel.Information, "Consuming {QueueUrl} with {Receivers} receivers and {Workers} workers")]
    private partial void LogStarted(string queueUrl, int receivers, int workers);

    [LoggerMessage(LogLevel.Information, "Stopping to consume; {InHand} messages in hand")]
    private partial void LogStopping(int inHand);

    [LoggerMessage(LogLevel.Information, "Stopped consuming; {GivenBack} messages given back to the queue")]
    private partial void LogStopped(int givenBack);

    [LoggerMessage(LogLevel.Critical, "The queue consumer broke; the service stops, so that something starts it again")]
    private partial void LogBroken(Exception exception);
}
