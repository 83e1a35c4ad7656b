using IoTOrleans.Grains.Logging;

namespace IoTOrleans.Grains.Rounds;

/// <summary>
/// Every silo keeps the rounds going every minute. They need no reminder, which could itself get lost. When the settings of things change,
/// the sweep starts over: a thing without events may be looked at tomorrow only.
/// </summary>
internal sealed partial class RoundStarter(
    IGrainFactory grains, IOptions<RoundOptions> options, IOptionsMonitor<PresenceOptions> presence,
    [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time,
    ILogger<RoundStarter> logger, IThingCatalogue? catalogue = null, IHostApplicationLifetime? lifetime = null) : BackgroundService
{
    internal static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private readonly LogLimiter _quiet = new(time);
    private volatile bool _hasChanged;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (catalogue is null || !options.Value.Made.Any()) return;
        using var listening = presence.OnChange(_ =>
        {
            _hasChanged = true;
            SaySoon(stoppingToken).Ignore();
        });
        try
        {
            await lifetime.Started(stoppingToken);
            while (true)
            {
                await SayChange(stoppingToken);
                foreach (var round in options.Value.Made) await Say(round, grain => grain.KeepGoing(), stoppingToken);
                await Task.Delay(Every, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private async Task SaySoon(CancellationToken stoppingToken)
    {
        await lifetime.Started(stoppingToken);
        await SayChange(stoppingToken);
    }

    private async Task SayChange(CancellationToken stoppingToken)
    {
        if (!_hasChanged) return;
        _hasChanged = false;
        if (!await Say(RoundOptions.Sweep, grain => grain.StartOver(), stoppingToken)) _hasChanged = true;
    }

    private async Task<bool> Say(string round, Func<IRoundGrain, Task> say, CancellationToken stoppingToken)
    {
        try
        {
            await say(grains.GetGrain<IRoundGrain>(round)).WaitAsync(stoppingToken);
            return true;
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            if (_quiet.ShouldLog(round)) LogNotSaid(exception, round);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The {Round} does not answer. It is asked again every minute.")]
    private partial void LogNotSaid(Exception exception, string round);
}
