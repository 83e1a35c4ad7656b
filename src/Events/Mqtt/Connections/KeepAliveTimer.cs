namespace IoTOrleans.Events.Mqtt;

/// <summary>
/// Calls back when a client has sent nothing for the allowed time. A packet costs one store, which the timer reads when it fires.
/// Monotonic: a clock that NTP sets forward disconnects nobody.
/// </summary>
internal sealed class KeepAliveTimer : IDisposable
{
    private readonly TimeProvider time;
    private readonly ITimer timer;
    private readonly Lock gate = new();
    private long heardAt;
    private TimeSpan allowed = Timeout.InfiniteTimeSpan;
    private Action? ring;

    internal KeepAliveTimer(TimeProvider time)
    {
        this.time = time;
        timer = time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    internal void Set(TimeSpan allowed, Action? ring)
    {
        lock (gate)
        {
            (this.allowed, this.ring) = (allowed, ring);
            Heard();
            timer.Change(allowed, Timeout.InfiniteTimeSpan);
        }
    }

    internal void Heard() => Volatile.Write(ref heardAt, time.GetTimestamp());

    public void Dispose() => timer.Dispose();

    private void Look()
    {
        Action? rung;
        lock (gate)
        {
            var left = allowed - time.GetElapsedTime(Volatile.Read(ref heardAt));
            if (left > TimeSpan.Zero)
            {
                // One millisecond more, the resolution of timers: one that fires too early would only be armed again.
                if (ring is not null) timer.Change(left + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
                return;
            }

            (rung, ring) = (ring, null);
        }

        rung?.Invoke();
    }
}
