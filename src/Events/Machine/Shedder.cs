using Orleans.Runtime;

namespace IoTOrleans.Events.Machine;

/// <summary>
/// Has grains leave memory that nobody asks for, the more the less there is of it. What they have to do, they are woken for by their
/// reminder; what they are, is stored.
/// </summary>
/// <remarks>
/// Not Orleans' own shedding: that looks every few seconds at what the process has reserved, and then takes the oldest activations,
/// however lately they were used. See docs/decisions/0020.
/// </remarks>
internal sealed partial class Shedder(
    MemoryGauge gauge, IGrainFactory grains, ILocalSiloDetails silo, TimeProvider time, ILogger<Shedder> logger) : BackgroundService
{
    internal static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan SpeakEvery = TimeSpan.FromMinutes(1);

    private int _collections;
    private long? _spoke;
    private bool _isFull;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await Look();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is in memory goes with the process.
        }
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

    /// <summary>
    /// What has been let go is garbage only; until it is collected, nobody knows how much room there is. In the background, and not again
    /// where the runtime has done so by itself since.
    /// </summary>
    private void CollectGarbage(Pressure pressure)
    {
        var collections = GC.CollectionCount(2);
        if (collections == _collections && pressure >= Pressure.Heavy) GC.Collect(2, GCCollectionMode.Forced, blocking: false);
        _collections = GC.CollectionCount(2);
    }

    private void Speak(MemoryReading reading, Pressure pressure)
    {
        var isFull = pressure == Pressure.Full;
        if (isFull && (_spoke is not { } last || time.GetElapsedTime(last) > SpeakEvery))
        {
            _spoke = time.GetTimestamp();
            LogFull((int)(reading.Share * 100), reading.Limit / (1024 * 1024));
        }

        if (_isFull && !isFull) LogRoom((int)(reading.Share * 100));
        _isFull = isFull;
    }

    [LoggerMessage(LogLevel.Warning, "Memory is {Percent} % full of {Limit} MB: events have to wait until there is room "
        + "(POST /events answers 503, the queue is not read, MQTT clients are turned away). If this is often so, give the container more")]
    private partial void LogFull(int percent, long limit);

    [LoggerMessage(LogLevel.Information, "There is room in memory again, {Percent} % is used")]
    private partial void LogRoom(int percent);

    [LoggerMessage(LogLevel.Warning, "Things that are idle could not be let go from memory; tried again in a second")]
    private partial void LogFailed(Exception exception);
}
