namespace IoTOrleans.Events.Sqs;

/// <summary>
/// Runs the consumer of one queue: queue → receivers → bounded channel → workers → sink → deleter. It starts after all other services,
/// since the silo must be able to take events. It stops, and gives messages back, before any other service stops.
/// </summary>
internal sealed partial class SqsConsumer(
    SqsStartCheck check, SqsReceiver receiver, SqsWorker worker, Channel<ThingMessages> work, StorageGate gate, MessageDeleter deleter,
    VisibilityKeeper visibility, InFlightMessages held, EventMetrics metrics, SqsOptions options, IHostApplicationLifetime lifetime,
    TimeProvider time, ILogger<SqsConsumer> logger) : IDisposable
{
    /// <summary>For the answers to polls that are under way; see <see cref="SqsReceiver.Run"/>.</summary>
    private static readonly TimeSpan LastAnswers = SqsQueue.LongPoll + SqsQueue.Answering;

    /// <summary>For polls that hang to end, for the last deletes, and for giving back.</summary>
    private static readonly TimeSpan LastRequests = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _receiving = new();
    private readonly CancellationTokenSource _polling = new();
    private readonly CancellationTokenSource _working = new();
    private readonly CancellationTokenSource _extending = new();
    private readonly CancellationTokenSource _ending = new();

    private Task _receivers = Task.CompletedTask;
    private Task _workers = Task.CompletedTask;
    private Task _deletes = Task.CompletedTask;
    private Task _givingBack = Task.CompletedTask;

    public Task Starting(CancellationToken cancellationToken)
    {
        metrics.ObserveQueue(() => held.Count, () => gate.IsPaused, () => held.OldestAge(time.GetUtcNow()));
        return check.AskForRedrivePolicy(cancellationToken);
    }

    public async Task Started(CancellationToken cancellationToken)
    {
        var first = await check.ReceiveFirst(cancellationToken);

        _deletes = Watch(deleter.Run(_ending.Token), _ending);
        _ = Watch(visibility.Extend(_extending.Token), _extending);
        _givingBack = Watch(visibility.GiveBack(_ending.Token), _ending);
        _workers = Watch(Task.WhenAll(Enumerable.Range(0, options.Workers).Select(_ => worker.Run(_working.Token))), _working);
        var polls = Enumerable.Range(0, options.Receivers)
            .Select(index => receiver.Run(index is 0 ? first : [], _receiving.Token, _polling.Token));
        _receivers = Watch(Task.WhenAll([check.AskAgain(_receiving.Token), .. polls]), _receiving);
        LogStarted(options.QueueUrl, options.Receivers, options.Workers);
    }

    /// <summary>
    /// Ends receiving, stores and deletes what is in hand within the drain timeout, and gives the rest back, so that another consumer gets
    /// it at once. While storage is down it does not wait.
    /// </summary>
    public async Task Stopping(CancellationToken cancellationToken)
    {
        if (_receivers == Task.CompletedTask) return;
        LogStopping(options.QueueUrl, held.Count);

        // Workers go on while the last polls wait.
        using var drained = new CancellationTokenSource(options.DrainTimeout, time);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(drained.Token, cancellationToken);
        await _receiving.CancelAsync();
        await Within(LastAnswers, _receivers);
        await _polling.CancelAsync();
        await Within(LastRequests, _receivers);
        work.Writer.TryComplete();
        gate.Close();
        await _workers.WaitAsync(enough.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _working.CancelAsync();

        deleter.Complete();
        await Within(LastRequests, _deletes);

        await _extending.CancelAsync();
        var left = held.Count;
        visibility.ReleaseAll();
        await Within(LastRequests, _givingBack);
        await _ending.CancelAsync();
        LogStopped(options.QueueUrl, left);

        async Task Within(TimeSpan patience, Task part) =>
            await part.WaitAsync(patience, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        foreach (var source in new[] { _receiving, _polling, _working, _extending, _ending }) source.Dispose();
    }

    /// <summary>An exception in a part is a bug. A consumer that seems to run and does not would be worse than a restart.</summary>
    private async Task Watch(Task part, CancellationTokenSource ended)
    {
        try
        {
            await part;
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
        }
        catch (Exception exception)
        {
            LogBroken(exception, options.QueueUrl);
            lifetime.StopApplication();
        }
    }

    [LoggerMessage(LogLevel.Information, "Consuming {QueueUrl} with {Receivers} receivers and {Workers} workers")]
    private partial void LogStarted(string queueUrl, int receivers, int workers);

    [LoggerMessage(LogLevel.Information, "Stopping the consumer of {QueueUrl}; {InHand} messages are in flight")]
    private partial void LogStopping(string queueUrl, int inHand);

    [LoggerMessage(LogLevel.Information, "Stopped the consumer of {QueueUrl}; {GivenBack} messages were given back")]
    private partial void LogStopped(string queueUrl, int givenBack);

    [LoggerMessage(LogLevel.Critical, "The consumer of {QueueUrl} failed unexpectedly. The service stops, so that it is started again")]
    private partial void LogBroken(Exception exception, string queueUrl);
}
