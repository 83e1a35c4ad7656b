using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Grains.Dispatch;

/// <summary>
/// This silo's gate before one destination: a turn for each send, first come first served, and none while it wants rest. The rate of
/// all silos is the dispatcher's matter; here it holds for what waited out a rest and would burst, and for what the dispatcher is not asked.
/// Nothing is lost here, it only waits. Own code because the framework's rate limiters cannot be given a clock.
/// </summary>
internal sealed class SendGate(RateLimit? limit, TimeProvider time) : IDisposable
{
    /// <summary>A single failure is one thing's matter; this many in a row are the destination's.</summary>
    internal const int FailuresToRest = 5;

    /// <summary>Without a <c>Retry-After</c>: a second, doubling with each further failure up to this.</summary>
    internal static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(1);

    /// <summary>What a <c>Retry-After</c> may ask for: no longer than things wait between their own retries.</summary>
    internal static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(15);

    private readonly SemaphoreSlim _door = new(1);
    private readonly Queue<TimeSpan> _sent = new();
    private readonly Lock _rest = new();
    private readonly long _start = time.GetTimestamp();
    private TimeSpan _restUntil;
    private int _failures;

    public async Task Turn(CancellationToken cancellationToken)
    {
        await _door.WaitAsync(cancellationToken);
        try
        {
            while (Wait() is var wait && wait > TimeSpan.Zero) await Task.Delay(wait, time, cancellationToken);
            if (limit is not null) _sent.Enqueue(Now);
        }
        finally
        {
            _door.Release();
        }
    }

    public void Answered(DeliveryAnswer answer)
    {
        lock (_rest)
        {
            _failures = answer.Outcome == DeliveryOutcome.Failed ? _failures + 1 : 0;
            if (_failures == 0) return;
            var rest = answer.RetryAfter is { } asked ? Least(asked, LongestRetryAfter)
                : _failures < FailuresToRest ? TimeSpan.Zero
                : Least(TimeSpan.FromSeconds(1) * Math.Pow(2, Math.Min(_failures - FailuresToRest, 10)), LongestRest);
            if (Now + rest > _restUntil) _restUntil = Now + rest;
        }
    }

    public void Dispose() => _door.Dispose();

    private TimeSpan Now => time.GetElapsedTime(_start);

    /// <summary>In whole milliseconds, since timers know no finer ones and would fire too early.</summary>
    private TimeSpan Wait()
    {
        var now = Now;
        TimeSpan open;
        lock (_rest) open = _restUntil;
        if (limit is not null)
        {
            while (_sent.TryPeek(out var oldest) && oldest + limit.Period <= now) _sent.Dequeue();
            if (_sent.Count >= limit.Count && _sent.Peek() + limit.Period > open) open = _sent.Peek() + limit.Period;
        }

        return open <= now ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling((open - now).TotalMilliseconds));
    }

    private static TimeSpan Least(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
