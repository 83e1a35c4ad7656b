namespace IoTOrleans.Events.Sqs;

/// <summary>
/// Every receive of a message counts towards the dead-letter queue, so none is wasted while storage is down. After 5 failures in a row with
/// nothing stored in between, receiving stops, in-flight messages stay in flight, and one attempt every 5 seconds goes through until one
/// succeeds.
/// </summary>
internal sealed partial class StorageGate(InFlightMessages held, TimeProvider time, ILogger<StorageGate> logger) : IDisposable
{
    internal const int FailuresBeforePause = 5;

    /// <summary>
    /// While paused, up to this many messages are received, one at a time: if all in-flight messages are of one thing that can never be
    /// stored, only another thing shows that storage works.
    /// </summary>
    internal const int HandfulWhilePaused = 10;

    internal static readonly TimeSpan ProbeEvery = TimeSpan.FromSeconds(5);

    private readonly Lock _sync = new();
    private readonly LinkedList<Waiter> _workers = [];
    private readonly Queue<TaskCompletionSource<int>> _receivers = [];
    private readonly LogLimiter _stillDown = new(time);

    private ITimer? _probes;
    private long _pausedAt;
    private long _stored;
    private int _failuresInRow;
    private bool _probing;
    private bool _closed;

    public bool IsPaused { get; private set; }

    /// <summary>How many changes have been stored. If a message fails while this grows, the problem is the message, not storage.</summary>
    public long Stored => Interlocked.Read(ref _stored);

    /// <summary>Waits until a change may be stored.</summary>
    /// <param name="tried">The change has failed before. During a pause, changes that have not go first.</param>
    /// <returns>False: the consumer stops and storage is down, so give the message back.</returns>
    public Task<bool> Enter(bool tried, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            if (!IsPaused) return Task.FromResult(true);
            if (_closed) return Task.FromResult(false);

            var waiter = new Waiter(tried, new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously));
            _workers.AddLast(waiter);
            return waiter.Turn.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Waits until messages may be received.</summary>
    /// <returns>How many messages at most.</returns>
    public Task<int> MayReceive(CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            if (!IsPaused) return Task.FromResult(SqsQueue.BatchSize);

            var turn = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
            _receivers.Enqueue(turn);
            return turn.Task.WaitAsync(cancellationToken);
        }
    }

    public void Succeeded()
    {
        Interlocked.Increment(ref _stored);
        if (Volatile.Read(ref _failuresInRow) is 0) return;

        lock (_sync)
        {
            _failuresInRow = 0;
            if (IsPaused) Open();
        }
    }

    public void Failed()
    {
        lock (_sync)
        {
            _probing = false;
            _failuresInRow++;
            if (!IsPaused && _failuresInRow >= FailuresBeforePause) Pause();
            else if (IsPaused && _stillDown.ShouldLog()) LogStillPaused((int)time.GetElapsedTime(_pausedAt).TotalMinutes, held.Count);
        }
    }

    /// <summary>The consumer stops, so nothing waits any longer for storage.</summary>
    public void Close()
    {
        lock (_sync)
        {
            _closed = true;
            if (IsPaused) Release(all: false);
        }
    }

    public void Dispose() => _probes?.Dispose();

    private void Pause()
    {
        IsPaused = true;
        _pausedAt = time.GetTimestamp();
        _stillDown.ShouldLog();
        _probes = time.CreateTimer(_ => LetOneThrough(), null, ProbeEvery, ProbeEvery);
        LogPaused(FailuresBeforePause, held.Count);
        if (_closed) Release(all: false);
    }

    private void Open()
    {
        IsPaused = false;
        _probing = false;
        _probes?.Dispose();
        _stillDown.IsOver();
        Release(all: true);
        while (_receivers.TryDequeue(out var receiver)) receiver.TrySetResult(SqsQueue.BatchSize);
        LogOpened((int)time.GetElapsedTime(_pausedAt).TotalSeconds);
    }

    private void Release(bool all)
    {
        foreach (var waiter in _workers) waiter.Turn.TrySetResult(all);
        _workers.Clear();
    }

    private void LetOneThrough()
    {
        lock (_sync)
        {
            if (!IsPaused || _probing) return;

            var next = _workers.FirstOrDefault(waiter => !waiter.Tried) ?? _workers.First?.Value;
            if (next is null or { Tried: true } && held.Count < HandfulWhilePaused && _receivers.TryDequeue(out var receiver))
                receiver.TrySetResult(1);

            if (next is null) return;
            _workers.Remove(next);
            _probing = true;
            next.Turn.TrySetResult(true);
        }
    }

    [LoggerMessage(LogLevel.Warning,
        "Storage failed {Failures} times in a row, so receiving is paused. {InHand} messages stay in flight, and one is tried every 5 s")]
    private partial void LogPaused(int failures, int inHand);

    [LoggerMessage(LogLevel.Warning,
        "Storage has been failing for {Minutes} min. Receiving is still paused, {InHand} messages are in flight")]
    private partial void LogStillPaused(int minutes, int inHand);

    [LoggerMessage(LogLevel.Information, "Storage is back after {Seconds} s. Receiving continues")]
    private partial void LogOpened(int seconds);

    private sealed record Waiter(bool Tried, TaskCompletionSource<bool> Turn);
}
