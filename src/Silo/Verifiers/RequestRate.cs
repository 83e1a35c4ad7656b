using static IoTOrleans.Grains.Ports.Moments;

namespace IoTOrleans.Silo.Verifiers;

/// <summary>Gives turns at an even pace, up to a second's worth at once. .NET's token bucket takes no <see cref="TimeProvider"/>.</summary>
internal sealed class RequestRate(int maxPerSecond, TimeProvider time)
{
    private static readonly TimeSpan Burst = TimeSpan.FromSeconds(1);

    private readonly TimeSpan _interval = TimeSpan.FromSeconds(1) / maxPerSecond;
    private readonly long _start = time.GetTimestamp();
    private readonly Lock _taking = new();
    private TimeSpan _next = -Burst;

    /// <summary>Returns when it is the caller's turn; false, at once, if that would be later than <paramref name="patience"/>.</summary>
    public async Task<bool> Wait(TimeSpan patience, CancellationToken cancellationToken)
    {
        TimeSpan wait;
        lock (_taking)
        {
            var now = time.GetElapsedTime(_start);
            var turn = Later(_next, now + _interval - Burst);
            wait = turn - now;
            if (wait > patience) return false;
            _next = turn + _interval;
        }
        if (wait > TimeSpan.Zero) await Task.Delay(wait, time, cancellationToken);
        return true;
    }
}
