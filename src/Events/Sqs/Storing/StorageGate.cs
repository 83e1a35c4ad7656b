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

    private readonly Lock sync = new();
    private readonly LinkedList<Waiter> workers = [];
    private readonly Queue<TaskCompletionSource<int>> receivers = [];
    private readonly LogLimiter stillDown = new(time);

    private ITimer? probes;
    private long pausedAt;
    private long stored;
    private int failuresInRow;
    private bool probing;
    private bool closed;

    public bool IsPaused { get; private set; }

    /// <summary>How many changes have been stored. If a message fails while this grows, the problem is the message, not storage.</summary>
    public long Stored => Interlocked.Read(ref stored);

    /// <summary>Waits until a change may be stored.</summary>
    /// <param name="tried">The change has failed before. During a pause, changes that have not go first.</param>
    /// <returns>False: the consumer stops and storage is down, so give the message back.</returns>
    public Task<bool> Enter(bool tried, CancellationToken cancellationToken)
    {
        lock (sync)
        {
            if (!IsPaused) return Task.FromResult(true);
            if (closed) return Task.FromResult(false);

            var waiter = new Waiter(tried, new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously));
            workers.AddLast(waiter);
            return waiter.Turn.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Waits until messages may be received.</summary>
    /// <returns>How many messages at most.</returns>
    public Task<int> MayReceive(CancellationToken cancellationToken)
    {
        lock (sync)
        {
            if (!IsPaused) return Task.FromResult(SqsQueue.BatchSize);

            var turn = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
            receivers.Enqueue(turn);
            return turn.Task.WaitAsync(cancellationToken);
        }
    }

    public void Succeeded()
    {
        Interlocked.Increment(ref stored);
        if (Volatile.Read(ref failuresInRow) is 0) return;

        lock (sync)
        {
            failuresInRow = 0;
            if (IsPaused) Open();
        }
    }

    public void Failed()
    {
        lock (sync)
        {
            probing = false;
            failuresInRow++;
            if (!IsPaused && failuresInRow >= FailuresBeforePause) Pause();
            else if (IsPaused && stillDown.ShouldLog()) LogStillPaused((int)time.GetElapsedTime(pausedAt).TotalMinutes, held.Count);
        }
    }

    /// <summary>The consumer stops, so nothing waits any longer for storage.</summary>
    public void Close()
    {
        lock (sync)
        {
            closed = true;
            if (IsPaused) Release(all: false);
        }
    }

    public void Dispose() => probes?.Dispose();

    private void Pause()
    {
        IsPaused = true;
        pausedAt = time.GetTimestamp();
        stillDown.ShouldLog();
        probes = time.CreateTimer(_ => LetOneThrough(), null, ProbeEvery, ProbeEvery);
        LogPaused(FailuresBeforePause, held.Count);
        if (closed) Release(all: false);
    }

    private void Open()
    {
        IsPaused = false;
        probing = false;
        probes?.Dispose();
        stillDown.IsOver();
        Release(all: true);
        while (receivers.TryDequeue(out var receiver)) receiver.TrySetResult(SqsQueue.BatchSize);
        LogOpened((int)time.GetElapsedTime(pausedAt).TotalSeconds);
    }

    private void Release(bool all)
    {
        foreach (var waiter in workers) waiter.Turn.TrySetResult(all);
        workers.Clear();
    }

    private void LetOneThrough()
    {
        lock (sync)
        {
            if (!IsPaused || probing) return;

            var next = workers.FirstOrDefault(waiter => !waiter.Tried) ?? workers.First?.Value;
            if (next is null or { Tried: true } && held.Count < HandfulWhilePaused && receivers.TryDequeue(out var receiver))
                receiver.TrySetResult(1);

            if (next is null) return;
            workers.Remove(next);
            probing = true;
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
