namespace IoTOrleans.Grains.Dispatch;

/// <summary>
/// This silo's rate limiter for one destination: a turn for each send, first come first served. It is closed for as long as the destination
/// asks, and while the destination does not answer, except for an attempt every 15 s. The dispatcher keeps the rate of all silos; this
/// keeps it for what is sent without asking the dispatcher. Own code, because .NET's rate limiters take no <see cref="TimeProvider"/>.
/// </summary>
/// <param name="limit">It may change.</param>
internal sealed class SendGate(Func<RateLimit?> limit, TimeProvider time) : IDisposable
{
    /// <summary>A single failure may be due to one notification; this many in a row are not.</summary>
    internal const int FailuresToClose = 5;

    internal static readonly TimeSpan TrialEvery = TimeSpan.FromSeconds(15);

    internal static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(15);

    /// <summary>A caller that waits for a rate looks this often whether the rate has changed.</summary>
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _door = new(1);
    private readonly Queue<TimeSpan> _sent = new();
    private readonly Lock _lock = new();
    private readonly long _start = time.GetTimestamp();
    private TimeSpan _restUntil;
    private TimeSpan? _lastAttempt;
    private TimeSpan? _lastAccepted;
    private int _failures;
    private volatile bool _inTrouble;

    /// <summary>Nothing may be sent now, not even a trial.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_lock) return Now < (_failures >= FailuresToClose ? NextTrial : _restUntil);
        }
    }

    /// <summary>The last attempts failed, and nothing has been accepted since.</summary>
    public bool IsInTrouble => _inTrouble;

    /// <summary>How long waiters have to wait before one of them may try; zero: now.</summary>
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
            while (!IsClosed && WaitForRate() is { Ticks: > 0 } wait) await Task.Delay(Earlier(wait, Glance), time, cancellationToken);
            if (IsClosed) return false;
            if (limit() is not null) _sent.Enqueue(Now);
            lock (_lock) _lastAttempt = Now;
            return true;
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
                _restUntil = Later(_restUntil, Now + Earlier(asked, LongestRetryAfter));
            if (answer.Outcome != DeliveryOutcome.Accepted) return;
            _inTrouble = false;
            _lastAccepted = Now;
        }
    }

    /// <summary>The destination took something else during this attempt or just before, so it is not down.</summary>
    public bool TookOthers(long began)
    {
        lock (_lock) return time.GetElapsedTime(_start, began) - _lastAccepted < TrialEvery;
    }

    public void Dispose() => _door.Dispose();

    private TimeSpan Now => time.GetElapsedTime(_start);

    private TimeSpan NextTrial => _lastAttempt is { } last ? Later(last + TrialEvery, _restUntil) : _restUntil;

    /// <summary>In whole milliseconds: timers round down and would fire too early.</summary>
    private TimeSpan WaitForRate()
    {
        if (limit() is not { } rate) return TimeSpan.Zero;
        var now = Now;
        while (_sent.TryPeek(out var oldest) && oldest + rate.Period <= now) _sent.Dequeue();
        return _sent.Count < rate.Count ? TimeSpan.Zero
            : TimeSpan.FromMilliseconds(Math.Ceiling((_sent.Peek() + rate.Period - now).TotalMilliseconds));
    }
}
