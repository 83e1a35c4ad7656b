using IoTOrleans.Grains.Devices;

namespace IoTOrleans.Silo.Reminders;

/// <summary>Wakes the things that became overdue while no silo ran, sooner than their reminders tick again.</summary>
internal sealed partial class OverdueSweep(
    IReminderTable reminders, IGrainFactory grains, TimeProvider time, ILogger<OverdueSweep> logger) : BackgroundService
{
    private const int AtOnce = 16;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            var now = time.GetUtcNow().UtcDateTime;
            var overdue = new List<GrainId>();
            foreach (var part in new RingPart(0, 0).Pieces())
            {
                var rows = await reminders.ReadRows(part.Begin, part.End, stoppingToken);
                overdue.AddRange(
                    from row in rows.Reminders
                    where row.StartAt <= now && row.GrainId.Type.ToString() == DeviceNames.GrainType
                    select row.GrainId);
            }

            if (overdue.Count == 0) return;

            LogOverdue(overdue.Count);
            var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stoppingToken };
            await Parallel.ForEachAsync(overdue, options, async (thing, _) => await grains.GetGrain<IDeviceAnswers>(thing).Wake());
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            LogFailed(exception);
        }
    }

    [LoggerMessage(LogLevel.Information, "{Count} things became due while this service was not running. They are checked now.")]
    private partial void LogOverdue(int count);

    [LoggerMessage(LogLevel.Warning, "Not all things that became due while this service was not running could be checked. Their "
        + "reminders tick within a minute.")]
    private partial void LogFailed(Exception exception);
}
