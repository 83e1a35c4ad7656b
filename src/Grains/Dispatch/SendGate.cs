
namespace IoTOrleans.Grains.Dispatch;

/// <summary>
/// This silo's gate before one destination: a turn for each send, first come first served. It is closed as long as the destination asks
/// for, and while it does not answer: then one attempt every 15 s finds out whether it does again. The rate of all silos is the
/// dispatcher's matter; here it holds for what the dispatcher is not asked. Own code because the framework's rate limiters cannot be given
/// a clock.
/// </summary>
internal sealed class SendGate(RateLimit? limit, TimeProvider time) : IDisposable
{
    /// <summary>A single failure is one thing's matter; this many in a row are the destination's.</summary>
    internal const int FailuresToClose = 5;

    /// <summary>How often it is found out whether a destination answers again.</summary>
    internal static readonly TimeSpan TrialEvery = TimeSpan.FromSeconds(15);

    /// <summary>What a <c>Retry-After</c> may ask for.</summary>
    internal static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(15);

    private readonly SemaphoreSlim _door = new(1);
    private readonly Queue<TimeSpan> _sent = new();
    private readonly Lock _lock = new();
    private readonly long _start = time.GetTimestamp();
    private TimeSpan _restUntil;
    private TimeSpan? _lastAttempt;
    private TimeSpan? _lastAccepted;
    private int _failures;
    private bool _inTrouble;

    /// <summary>Nothing may be sent now, not even to find out whether the destination answers.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_lock) return Now < (_failures >= FailuresToClose ? NextTrial : _restUntil);
        }
    }

    /// <summary>The last attempts failed, and nothing has been accepted since.</summary>
    public bool IsInTrouble
    {
        get
        {
            lock (_lock) return _inTrouble;
        }
    }

    /// <summary>How long those that wait for the destination to answer have to wait before one of them may try; zero: it answers.</summary>
    public TimeSpan UntilNext
    {
        get
        {
            lock (_lock) return Later((_inTrouble ? NextTrial : _restUntil) - Now, TimeSpan.Zero);
        }
    }

    /// <returns>False: it is closed.</returns>
    public async Task<bool> Turn(CancellationToken cancellationToken)
    {
        await _door.WaitAsync(cancellationToken);
        try
        {
            while (!IsClosed)
            {
                if (WaitForRate() is var wait && wait > TimeSpan.Zero)
                {
                    await Task.Delay(wait, time, cancellationToken);
                    continue;
                }

                if (limit is not null) _sent.Enqueue(Now);
                lock (_lock) _lastAttempt = Now;
                return true;
            }

            return false;
        }
        finally
        {
            _door.Release();
        }
    }

    public void Answered(DeliveryAnswer answer)
    {
        lock (_lock)
        {
            var failed = answer.Outcome == DeliveryOutcome.Failed;
            _failures = failed ? _failures + 1 : 0;
            if (failed) _inTrouble = true;
            if (failed && answer.RetryAfter is { } asked)
                _restUntil = Later(_restUntil, Now + (asked < LongestRetryAfter ? asked : LongestRetryAfter));
            if (answer.Outcome != DeliveryOutcome.Accepted) return;
            _inTrouble = false;
            _lastAccepted = Now;
        }
    }

    /// <summary>Whether the destination took something else while it did not take this, or just before: then it is not down.</summary>
    /// <param name="began">When this was tried, as a time stamp.</param>
    public bool TookOthers(long began)
    {
        lock (_lock) return time.GetElapsedTime(_start, began) - _lastAccepted < TrialEvery;
    }

    public void Dispose() => _door.Dispose();

    private TimeSpan Now => time.GetElapsedTime(_start);

    private TimeSpan NextTrial => _lastAttempt is { } last ? Later(last + TrialEvery, _restUntil) : _restUntil;

    /// <summary>In whole milliseconds, since timers know no finer ones and would fire too early.</summary>
    private TimeSpan WaitForRate()
    {
        if (limit is null) return TimeSpan.Zero;
        var now = Now;
        while (_sent.TryPeek(out var oldest) && oldest + limit.Period <= now) _sent.Dequeue();
        return _sent.Count < limit.Count ? TimeSpan.Zero
            : TimeSpan.FromMilliseconds(Math.Ceiling((_sent.Peek() + limit.Period - now).TotalMilliseconds));
    }
}
