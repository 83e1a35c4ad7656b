using Orleans.Runtime;

namespace IoTOrleans.Events.Machine;

/// <summary>
/// Removes idle grains from memory, the earlier the fuller memory is. Their state is stored, and their reminders wake them.
/// </summary>
/// <remarks>
/// Orleans' own shedding looks every few seconds at the memory that the process has reserved, and removes the oldest activations even if
/// they are in use. See docs/decisions/0020.
/// </remarks>
internal sealed partial class Shedder(
    MemoryGauge gauge, IGrainFactory grains, ILocalSiloDetails silo, TimeProvider time, ILogger<Shedder> logger) : BackgroundService
{
    internal static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly LogLimiter _full = new(time);
    private int _collections;
    private bool _isFull;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, time);

        // Ends the loop without an exception, which a host that fails to start would log as a crash.
        await using var stopping = stoppingToken.Register(timer.Dispose);
        while (await timer.WaitForNextTickAsync(CancellationToken.None)) await Look();
    }

    private async Task Look()
    {
        var (reading, pressure) = (gauge.Reading, gauge.Pressure);
        Speak(reading, pressure);
        if (MemoryGauge.IdleAt(pressure) is not { } idle) return;
        try
        {
            await grains.GetGrain<IManagementGrain>(0).ForceActivationCollection([silo.SiloAddress], idle);
        }
        catch (Exception exception)
        {
            LogFailed(exception);
        }

        CollectGarbage(pressure);
    }

    /// <summary>Shows how much room the removed grains have left. In the background, and not if the runtime has collected since.</summary>
    private void CollectGarbage(Pressure pressure)
    {
        var collections = GC.CollectionCount(2);
        if (collections == _collections && pressure >= Pressure.Heavy) GC.Collect(2, GCCollectionMode.Forced, blocking: false);
        _collections = GC.CollectionCount(2);
    }

    private void Speak(MemoryReading reading, Pressure pressure)
    {
        var isFull = pressure == Pressure.Full;
        if (isFull && _full.ShouldLog()) LogFull((int)(reading.Share * 100), reading.Limit / (1024 * 1024));
        if (_isFull && !isFull) LogRoom((int)(reading.Share * 100));
        _isFull = isFull;
    }

    [LoggerMessage(LogLevel.Warning, "Memory is {Percent} % full of {Limit} MB, so events wait until there is room (POST /events "
        + "answers 503, the queue is not read, MQTT clients are refused). If this happens often, give the container more memory")]
    private partial void LogFull(int percent, long limit);

    [LoggerMessage(LogLevel.Information, "There is room in memory again: {Percent} % is used")]
    private partial void LogRoom(int percent);

    [LoggerMessage(LogLevel.Warning, "Idle things could not be removed from memory. This is tried again in 1 s")]
    private partial void LogFailed(Exception exception);
}
