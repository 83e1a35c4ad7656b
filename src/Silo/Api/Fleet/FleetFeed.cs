using IoTOrleans.Grains.Fleet;
using IoTOrleans.Grains.Logging;

namespace IoTOrleans.Silo.Api.Fleet;

/// <summary>
/// Keeps this silo's copy of the fleet for its streams: one reading every half second for all of them together, and none while nobody
/// looks.
/// </summary>
internal sealed partial class FleetFeed(
    FleetReader reader, FleetWatcher watcher, TimeProvider time, ILogger<FleetFeed> logger) : BackgroundService
{
    internal static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);

    internal static readonly TimeSpan TickEvery = TimeSpan.FromSeconds(15);

    /// <summary>Of a copy for <c>GET /fleet</c>.</summary>
    internal static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);

    /// <summary>The grain's silo may be dead, and Orleans would wait for 30 s.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly LogLimiter _trouble = new(time);
    private readonly Lock _gate = new();
    private TaskCompletionSource _firstCame = NewSignal();
    private TaskCompletionSource _changed = NewSignal();
    private int _streams;
    private volatile FleetCopy? _copy;
    private long _readAt;

    /// <summary>How many streams there are.</summary>
    public int Streams => Volatile.Read(ref _streams);

    /// <summary>A stream begins: the copy is kept up to date until the answer is disposed.</summary>
    public IDisposable Attach()
    {
        lock (_gate)
        {
            _streams++;
            _firstCame.TrySetResult();
        }

        return new Attached(this);
    }

    /// <summary>The copy, at most a second old.</summary>
    public async Task<FleetCopy> Read(CancellationToken cancellationToken)
    {
        if (Current is { } current) return current;
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return Current ?? await Pull(cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The last copy, and what tells that there is another one.</summary>
    public (FleetCopy Copy, Task Changed) Look()
    {
        lock (_gate) return (_copy!, _changed.Task);
    }

    public override void Dispose()
    {
        _turn.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await SomebodyLooks(stoppingToken);
                await Run(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private FleetCopy? Current => time.GetElapsedTime(Interlocked.Read(ref _readAt)) <= MaxAge ? _copy : null;

    private Task SomebodyLooks(CancellationToken stoppingToken)
    {
        lock (_gate) return _firstCame.Task.WaitAsync(stoppingToken);
    }

    private async Task Run(CancellationToken stoppingToken)
    {
        var tickedAt = time.GetTimestamp();
        while (Streams > 0)
        {
            await Task.Delay(Every, time, stoppingToken);
            await _turn.WaitAsync(stoppingToken);
            try
            {
                var copy = await Pull(stoppingToken);
                if (time.GetElapsedTime(tickedAt) < TickEvery) continue;

                // Not after a reading that failed: without ticks the page says that it is out of date.
                tickedAt = time.GetTimestamp();
                Set(copy.With(watcher.Watch(copy.Counts.AsOf), time.GetUtcNow()));
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                if (_trouble.ShouldLog()) LogOld(exception.FirstLine());
            }
            finally
            {
                _turn.Release();
            }
        }
    }

    private async Task<FleetCopy> Pull(CancellationToken cancellationToken)
    {
        var watching = watcher.Refresh(cancellationToken);
        var next = _copy is { } copy ? copy.With(await Within(reader.Since(copy.ReadUntil, cancellationToken))) ?? copy.With(await View())
            : FleetCopy.Of(await View());
        await watching;
        if (watcher.Incidents is { } incidents) next = next.With(incidents);
        Interlocked.Exchange(ref _readAt, time.GetTimestamp());
        _trouble.IsOver();
        return Set(next);

        Task<FleetView> View() => Within(reader.Read(cancellationToken));

        Task<T> Within<T>(Task<T> reading) => reading.WaitAsync(Patience, time, cancellationToken);
    }

    private FleetCopy Set(FleetCopy copy)
    {
        lock (_gate)
        {
            var isNews = _copy is not { } last || copy.IsNewsAfter(last);
            _copy = copy;
            if (!isNews) return copy;
            _changed.TrySetResult();
            _changed = NewSignal();
            return copy;
        }
    }

    private void Leave()
    {
        lock (_gate)
        {
            if (--_streams == 0) _firstCame = NewSignal();
        }
    }

    [LoggerMessage(LogLevel.Warning, "The fleet cannot be read, so open pages show old data, and say so. {Error}")]
    private partial void LogOld(string error);

    private sealed class Attached(FleetFeed feed) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0) feed.Leave();
        }
    }
}
