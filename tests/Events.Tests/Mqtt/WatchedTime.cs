using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace IoTOrleans.Events.Tests.Mqtt;

/// <summary>A clock that stands still and tells when somebody begins to wait for it, so that a test moves it only then.</summary>
internal sealed class WatchedTime() : FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero))
{
    private readonly Channel<TimeSpan> _armed = Channel.CreateUnbounded<TimeSpan>();

    /// <summary>The next wait that begins, or has begun and was not asked for yet.</summary>
    internal async Task<TimeSpan> NextWait(CancellationToken cancellationToken) =>
        await _armed.Reader.ReadAsync(cancellationToken).AsTask().WaitAsync(RecordingSink.Patience, cancellationToken);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new WatchedTimer(base.CreateTimer(callback, state, dueTime, period), _armed.Writer);
        timer.Tell(dueTime);
        return timer;
    }

    private sealed class WatchedTimer(ITimer inner, ChannelWriter<TimeSpan> armed) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var changed = inner.Change(dueTime, period);
            Tell(dueTime);
            return changed;
        }

        internal void Tell(TimeSpan dueTime)
        {
            if (dueTime != Timeout.InfiniteTimeSpan) armed.TryWrite(dueTime);
        }

        public void Dispose() => inner.Dispose();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
