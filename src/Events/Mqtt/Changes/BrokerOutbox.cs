using System.Diagnostics;

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

    private readonly Lock _gate = new();
    private readonly Dictionary<string, WaitingChanges> _waiting = new(StringComparer.Ordinal);
    private readonly PriorityQueue<string, long> _retries = new();
    private readonly Channel<string> _ready = Channel.CreateUnbounded<string>();
    private readonly LogLimiter _failureLog = new(time, TimeSpan.FromSeconds(15));
    private ITimer? _retryTimer;
    private Task[] _workers = [];
    private TaskCompletionSource? _emptied;

    internal void Start()
    {
        _retryTimer = time.CreateTimer(_ => RetryWhatIsDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _workers = [.. Enumerable.Range(0, Workers).Select(_ => Task.Run(Work))];
    }

    internal bool HasRoomFor(string thingName)
    {
        lock (_gate) return _waiting.Count < MaxThings || _waiting.ContainsKey(thingName);
    }

    internal int ThingsWaiting
    {
        get
        {
            lock (_gate) return _waiting.Count;
        }
    }

    /// <summary>The newest change that is not stored yet.</summary>
    internal ConnectionChange? NewestOf(string thingName)
    {
        lock (_gate) return _waiting.TryGetValue(thingName, out var changes) ? changes.Newest : null;
    }

    /// <summary>Never waits: a connection is being served meanwhile.</summary>
    internal void Add(string thingName, ConnectionChange change)
    {
        int dropped;
        lock (_gate)
        {
            if (!_waiting.TryGetValue(thingName, out var changes))
            {
                _waiting[thingName] = changes = new WaitingChanges();
                _ready.Writer.TryWrite(thingName);
            }

            dropped = changes.Add(change);
        }

        if (dropped > 0) metrics.BrokerChanges(EventMetrics.Collapsed, dropped);
    }

    /// <summary>Delivers what waits within <paramref name="patience"/>, then stops. The rest is lost with the process.</summary>
    internal async Task Drain(TimeSpan patience, CancellationToken cancellationToken)
    {
        Task empty;
        lock (_gate)
        {
            _emptied = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_waiting.Count == 0) _emptied.SetResult();
            empty = _emptied.Task;
            while (_retries.TryDequeue(out var thingName, out _)) _ready.Writer.TryWrite(thingName);
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
        _ready.Writer.TryComplete();
        if (_retryTimer is not null) await _retryTimer.DisposeAsync();
        if (empty.IsCompletedSuccessfully) await Task.WhenAll(_workers);
    }

    private async Task Work()
    {
        await foreach (var thingName in _ready.Reader.ReadAllAsync())
        {
            ConnectionChange change;
            lock (_gate) change = _waiting[thingName].First;
            using var span = EventTraces.Receive("broker", ActivityKind.Consumer, thingName);
            try
            {
                span.Decided(await sink.Report(thingName, change));
            }
            catch (Exception exception)
            {
                span.Failed();

                // The change is not stored, and nobody else keeps it.
                metrics.BrokerChanges(EventMetrics.Failed);
                if (_failureLog.ShouldLog(out var more)) LogFailed(exception, thingName, more);
                RetryLater(thingName);
                continue;
            }

            metrics.BrokerChanges(EventMetrics.Taken);
            Delivered(thingName);
        }
    }

    private void Delivered(string thingName)
    {
        lock (_gate)
        {
            var changes = _waiting[thingName];
            changes.RemoveFirst();
            changes.Failures = 0;
            if (changes.Count > 0)
            {
                _ready.Writer.TryWrite(thingName);
                return;
            }

            _waiting.Remove(thingName);
            if (_waiting.Count == 0) _emptied?.TrySetResult();
        }
    }

    private void RetryLater(string thingName)
    {
        lock (_gate)
        {
            // While stopping, only the shortest delay.
            var failures = _emptied is null ? _waiting[thingName].Failures++ : 0;
            var delay = Retry.After(failures + 1);

            // Up to a quarter sooner, so that things that failed together are not retried together.
            delay *= 1 - Random.Shared.NextDouble() / 4;

            // Monotonic: the system clock may be set back by hours.
            _retries.Enqueue(thingName, time.GetTimestamp() + (long)(delay.TotalSeconds * time.TimestampFrequency));
            ArmRetryTimer();
        }
    }

    private void RetryWhatIsDue()
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            while (_retries.TryPeek(out var thingName, out var due) && due <= now)
            {
                _retries.Dequeue();
                _ready.Writer.TryWrite(thingName);
            }

            ArmRetryTimer();
        }
    }

    private void ArmRetryTimer()
    {
        if (!_retries.TryPeek(out _, out var due)) return;
        var seconds = Math.Max(0, (double)(due - time.GetTimestamp()) / time.TimestampFrequency);

        // One millisecond more, the resolution of timers: one that fires too early would only be armed again.
        _retryTimer?.Change(TimeSpan.FromSeconds(seconds) + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
    }

    [LoggerMessage(LogLevel.Warning, "A connection change of {Thing} could not be stored and is tried again{More}")]
    private partial void LogFailed(Exception exception, string thing, string more);

    [LoggerMessage(LogLevel.Warning,
        "Connection changes of {Things} things could not be stored before the stop. The next start tells these things.")]
    private partial void LogLeftBehind(int things);
}
