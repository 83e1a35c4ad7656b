using IoTOrleans.Grains.Dispatch;
using IoTOrleans.Grains.Logging;

namespace IoTOrleans.Grains.Rounds;

/// <summary>
/// Every silo says every minute that the rounds are to go on: so they do as long as one silo lives, and no reminder is needed, which could
/// itself get lost.
/// </summary>
internal sealed partial class RoundStarter(
    IGrainFactory grains, IOptions<RoundOptions> options, [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time,
    ILogger<RoundStarter> logger, IThingCatalogue? catalogue = null, IHostApplicationLifetime? lifetime = null)
    : BackgroundService
{
    internal static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private readonly LogLimiter _quiet = new(time);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (catalogue is null || !options.Value.Made.Any()) return;
        try
        {
            await Started(stoppingToken);
            while (true)
            {
                foreach (var round in options.Value.Made) await Say(round, stoppingToken);
                await Task.Delay(Every, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The next start does it.
        }
    }

    private async Task Started(CancellationToken stoppingToken)
    {
        if (lifetime is null) return;
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var told = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
    }

    private async Task Say(string round, CancellationToken stoppingToken)
    {
        try
        {
            await grains.GetGrain<IRoundGrain>(round).KeepGoing().WaitAsync(stoppingToken);
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            if (_quiet.ShouldLog(round)) LogNotSaid(exception, round);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The {Round} does not answer; it is asked again every minute.")]
    private partial void LogNotSaid(Exception exception, string round);
}
