namespace IoTOrleans.Events.Mqtt;

/// <summary>
/// Keeps connection changes until the grain has stored them, since nobody sends them again. The changes of a thing leave in order, one at a
/// time; at most <see cref="Workers"/> things are reported at once.
/// </summary>
/// <remarks>
/// A thing is in exactly one of three places: the ready queue, a worker or the retries. So the queue holds no more entries than there are
/// things, and <see cref="HasRoomFor"/> limits those.
/// </remarks>
internal sealed partial class BrokerOutbox(
    IConnectionChangeSink sink, EventMetrics metrics, TimeProvider time, ILogger<BrokerOutbox> logger)
{
    internal const int Workers = 32;

    /// <summary>New things beyond it are refused. Far above the open connections: only a long failure of storage gets there.</summary>
    internal const int MaxThings = 50_000;

    private static readonly Backoff Retry = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(15));

    private readonly Lock gate = new();
    private readonly Dictionary<string, WaitingChanges> waiting = new(StringComparer.Ordinal);
    private readonly PriorityQueue<string, long> retries = new();
    private readonly Channel<string> ready = Channel.CreateUnbounded<string>();
    private readonly LogLimiter failureLog = new(time, TimeSpan.FromSeconds(15));
    private ITimer? retryTimer;
    private Task[] workers = [];
    private TaskCompletionSource? emptied;

    internal void Start()
    {
        retryTimer = time.CreateTimer(_ => RetryWhatIsDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        workers = [.. Enumerable.Range(0, Workers).Select(_ => Task.Run(Work))];
    }

    internal bool HasRoomFor(string thingName)
    {
        lock (gate) return waiting.Count < MaxThings || waiting.ContainsKey(thingName);
    }

    internal int ThingsWaiting
    {
        get
        {
            lock (gate) return waiting.Count;
        }
    }

    /// <summary>The newest change that is not stored yet.</summary>
    internal ConnectionChange? NewestOf(string thingName)
    {
        lock (gate) return waiting.TryGetValue(thingName, out var changes) ? changes.Newest : null;
    }

    /// <summary>Never waits: a connection is being served meanwhile.</summary>
    internal void Add(string thingName, ConnectionChange change)
    {
        int dropped;
        lock (gate)
        {
            if (!waiting.TryGetValue(thingName, out var changes))
            {
                waiting[thingName] = changes = new WaitingChanges();
                ready.Writer.TryWrite(thingName);
            }

            dropped = changes.Add(change);
        }

        if (dropped > 0) metrics.BrokerChanges("collapsed", dropped);
    }

    /// <summary>Delivers what waits within <paramref name="patience"/>, then stops. The rest is lost with the process.</summary>
    internal async Task Drain(TimeSpan patience, CancellationToken cancellationToken)
    {
        Task empty;
        lock (gate)
        {
            emptied = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (waiting.Count == 0) emptied.SetResult();
            empty = emptied.Task;
            while (retries.TryDequeue(out var thingName, out _)) ready.Writer.TryWrite(thingName);
        }

        try
        {
            await empty.WaitAsync(patience, time, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            LogLeftBehind(ThingsWaiting);
        }

        // Does not wait for workers that hang in the sink; the others end with the queue.
        ready.Writer.TryComplete();
        if (retryTimer is not null) await retryTimer.DisposeAsync();
        if (empty.IsCompletedSuccessfully) await Task.WhenAll(workers);
    }

    private async Task Work()
    {
        await foreach (var thingName in ready.Reader.ReadAllAsync())
        {
            ConnectionChange change;
            lock (gate) change = waiting[thingName].First;
            try
            {
                await sink.Report(thingName, change);
            }
            catch (Exception exception)
            {
                // The change is not stored, and nobody else keeps it.
                metrics.BrokerChanges("failed");
                if (failureLog.ShouldLog(out var more)) LogFailed(exception, thingName, more);
                RetryLater(thingName);
                continue;
            }

            metrics.BrokerChanges("delivered");
            Delivered(thingName);
        }
    }

    private void Delivered(string thingName)
    {
        lock (gate)
        {
            var changes = waiting[thingName];
            changes.RemoveFirst();
            changes.Failures = 0;
            if (changes.Count > 0)
            {
                ready.Writer.TryWrite(thingName);
                return;
            }

            waiting.Remove(thingName);
            if (waiting.Count == 0) emptied?.TrySetResult();
        }
    }

    private void RetryLater(string thingName)
    {
        lock (gate)
        {
            // While stopping, only the shortest delay.
            var failures = emptied is null ? waiting[thingName].Failures++ : 0;
            var delay = Retry.After(failures + 1);

            // Up to a quarter sooner, so that things that failed together are not retried together.
            delay *= 1 - Random.Shared.NextDouble() / 4;

            // Monotonic: the system clock may be set back by hours.
            retries.Enqueue(thingName, time.GetTimestamp() + (long)(delay.TotalSeconds * time.TimestampFrequency));
            ArmRetryTimer();
        }
    }

    private void RetryWhatIsDue()
    {
        lock (gate)
        {
            var now = time.GetTimestamp();
            while (retries.TryPeek(out var thingName, out var due) && due <= now)
            {
                retries.Dequeue();
                ready.Writer.TryWrite(thingName);
            }

            ArmRetryTimer();
        }
    }

    private void ArmRetryTimer()
    {
        if (!retries.TryPeek(out _, out var due)) return;
        var seconds = Math.Max(0, (double)(due - time.GetTimestamp()) / time.TimestampFrequency);

        // One millisecond more, the resolution of timers: one that fires too early would only be armed again.
        retryTimer?.Change(TimeSpan.FromSeconds(seconds) + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
    }

    [LoggerMessage(LogLevel.Warning, "A connection change of {Thing} could not be stored and is tried again{More}")]
    private partial void LogFailed(Exception exception, string thing, string more);

    [LoggerMessage(LogLevel.Warning,
        "Connection changes of {Things} things could not be stored before the stop. The next start tells these things.")]
    private partial void LogLeftBehind(int things);
}
