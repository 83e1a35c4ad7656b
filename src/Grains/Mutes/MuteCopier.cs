using IoTOrleans.Grains.Dispatch;
using IoTOrleans.Grains.Logging;

namespace IoTOrleans.Grains.Mutes;

/// <summary>Keeps this silo's <see cref="MuteBook"/> up to date. It costs one message, answered from memory.</summary>
internal sealed partial class MuteCopier(
    MuteBook book, [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time, ILogger<MuteCopier> logger) : BackgroundService
{
    internal static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    /// <summary>Every verdict waits for the first copy.</summary>
    internal static readonly TimeSpan AtFirst = TimeSpan.FromSeconds(1);

    private readonly LogLimiter _quiet = new(time);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await Copy(stoppingToken);
                await Task.Delay(book.HasCopy ? Every : AtFirst, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private async Task Copy(CancellationToken stoppingToken)
    {
        try
        {
            await book.Refresh(stoppingToken);
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            if (!_quiet.ShouldLog()) return;
            if (book.HasCopy) LogOld(exception);
            else LogUnknown(exception, (int)MuteBook.LongestWait.TotalSeconds);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The mutes cannot be read. The last known mutes stay in effect.")]
    private partial void LogOld(Exception exception);

    [LoggerMessage(LogLevel.Warning, "The mutes cannot be read. Notifications wait {Seconds} s for them, and go out without them then.")]
    private partial void LogUnknown(Exception exception, int seconds);
}
