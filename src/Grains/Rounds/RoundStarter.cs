using IoTOrleans.Grains.Logging;

namespace IoTOrleans.Grains.Rounds;

/// <summary>Every silo keeps the rounds going every minute. They need no reminder, which could itself get lost.</summary>
internal sealed partial class RoundStarter(
    IGrainFactory grains, IOptions<RoundOptions> options, [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time,
    ILogger<RoundStarter> logger, IThingCatalogue? catalogue = null, IHostApplicationLifetime? lifetime = null) : BackgroundService
{
    internal static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private readonly LogLimiter _quiet = new(time);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (catalogue is null || !options.Value.Made.Any()) return;
        try
        {
            await lifetime.Started(stoppingToken);
            while (true)
            {
                foreach (var round in options.Value.Made) await Say(round, stoppingToken);
                await Task.Delay(Every, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
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

    [LoggerMessage(LogLevel.Warning, "The {Round} does not answer. It is asked again every minute.")]
    private partial void LogNotSaid(Exception exception, string round);
}
