using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace IoTOrleans.Testing;

/// <summary>
/// A clock that stands still and tells when somebody begins to wait for it, so that a test moves it only then. A wait that begins after the
/// clock was moved would end too late, or never.
/// </summary>
public sealed class WatchedTime() : FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero))
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Channel<TimeSpan> _armed = Channel.CreateUnbounded<TimeSpan>();
    private int _waits;

    /// <summary>How many waits have begun so far.</summary>
    public int Waits => Volatile.Read(ref _waits);

    /// <summary>The next wait that begins, or has begun and was not asked for yet.</summary>
    public async Task<TimeSpan> NextWait(CancellationToken cancellationToken) =>
        await _armed.Reader.ReadAsync(cancellationToken).AsTask().WaitAsync(Patience, cancellationToken);

    /// <summary>Skips the waits of others.</summary>
    public async Task NextWaitOf(TimeSpan duration, CancellationToken cancellationToken)
    {
        while (await NextWait(cancellationToken) != duration)
        {
            // Another timer.
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new WatchedTimer(base.CreateTimer(callback, state, dueTime, period), this);
        Tell(dueTime);
        return timer;
    }

    private void Tell(TimeSpan dueTime)
    {
        if (dueTime == Timeout.InfiniteTimeSpan) return;
        Interlocked.Increment(ref _waits);
        _armed.Writer.TryWrite(dueTime);
    }

    private sealed class WatchedTimer(ITimer inner, WatchedTime time) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var changed = inner.Change(dueTime, period);
            time.Tell(dueTime);
            return changed;
        }

        public void Dispose() => inner.Dispose();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
