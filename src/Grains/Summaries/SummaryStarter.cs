namespace IoTOrleans.Grains.Summaries;

/// <summary>Makes the reminders of the daily lists at each start, and moves those whose time has changed.</summary>
internal sealed partial class SummaryStarter(
    IEnumerable<INotificationDestination> destinations, IGrainFactory grains, ILogger<SummaryStarter> logger,
    [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time, IHostApplicationLifetime? lifetime = null) : BackgroundService
{
    internal static readonly TimeSpan Again = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await lifetime.Started(stoppingToken);
            await Task.WhenAll(destinations.Where(destination => destination.Terms.DailySummary is not null)
                .Select(destination => Arrange(destination.Name, stoppingToken)));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
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
                // The first failure may belong to a start that fails for another reason, which has its own log line.
                if (tries == 2) LogNotArranged(exception, destination);
                await Task.Delay(Again, time, stoppingToken);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Destination}: the reminder of its daily list could not be set. It is tried again until it is set.")]
    private partial void LogNotArranged(Exception exception, string destination);
}
