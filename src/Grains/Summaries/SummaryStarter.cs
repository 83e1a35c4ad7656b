namespace IoTOrleans.Grains.Summaries;

/// <summary>
/// At each start: the reminder of each destination that gets a list is made where there is none, and moved where the settings have changed.
/// One that gets none any more finds out at its next tick.
/// </summary>
internal sealed partial class SummaryStarter(
    IGrainFactory grains, SummaryPlan plan, [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time, ILogger<SummaryStarter> logger,
    IHostApplicationLifetime? lifetime = null)
    : BackgroundService
{
    internal static readonly TimeSpan Again = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Started(stoppingToken);
            await Task.WhenAll(plan.Destinations.Select(destination => Arrange(destination, stoppingToken)));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The next start does it.
        }
    }

    /// <summary>A start that fails is not the moment to arrange anything: what it would need is being taken down already.</summary>
    private async Task Started(CancellationToken stoppingToken)
    {
        if (lifetime is null) return;
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var told = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
    }

    private async Task Arrange(string destination, CancellationToken stoppingToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await grains.GetGrain<ISummaryGrain>(destination).Arrange();
                return;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // A start that fails for another reason ends this, too, and has its own line.
                if (tries == 2) LogNotArranged(exception, destination);
                await Task.Delay(Again, time, stoppingToken);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Destination}: its daily summary could not be arranged; tried again until it is.")]
    private partial void LogNotArranged(Exception exception, string destination);
}
