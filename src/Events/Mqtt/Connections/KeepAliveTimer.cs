namespace IoTOrleans.Events.Mqtt;

/// <summary>
/// Calls back when a client has sent nothing for the allowed time. A packet costs one store, which the timer reads when it fires.
/// Monotonic: a clock that NTP sets forward disconnects nobody.
/// </summary>
internal sealed class KeepAliveTimer : IDisposable
{
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private long _heardAt;
    private TimeSpan _allowed = Timeout.InfiniteTimeSpan;
    private Action? _ring;

    internal KeepAliveTimer(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    internal void Set(TimeSpan allowed, Action? ring)
    {
        lock (_gate)
        {
            (_allowed, _ring) = (allowed, ring);
            Heard();
            _timer.Change(allowed, Timeout.InfiniteTimeSpan);
        }
    }

    internal void Heard() => Volatile.Write(ref _heardAt, _time.GetTimestamp());

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        Action? rung;
        lock (_gate)
        {
            var left = _allowed - _time.GetElapsedTime(Volatile.Read(ref _heardAt));
            if (left > TimeSpan.Zero)
            {
                // One millisecond more, the resolution of timers: one that fires too early would only be armed again.
                if (_ring is not null) _timer.Change(left + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
                return;
            }

            (rung, _ring) = (_ring, null);
        }

        rung?.Invoke();
    }
}
