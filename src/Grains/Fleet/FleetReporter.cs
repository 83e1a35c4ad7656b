using IoTOrleans.Grains.Logging;

namespace IoTOrleans.Grains.Fleet;

/// <summary>Brings this silo's <see cref="FleetBoard"/> to the fleet's grain, at least once and in order.</summary>
internal sealed partial class FleetReporter(
    FleetBoard board, IGrainFactory grains, [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time,
    ILogger<FleetReporter> logger, ILocalSiloDetails? silo = null, IHostApplicationLifetime? lifetime = null) : BackgroundService
{
    /// <summary>What changes within this goes together.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    internal static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    /// <summary>If another activation got the last batch, this one learns that it misses one.</summary>
    internal static readonly TimeSpan Greeting = TimeSpan.FromMinutes(1);

    /// <summary>A new activation of the grain begins to count then. Nothing is lost but time.</summary>
    private static readonly TimeSpan LongestFarewell = TimeSpan.FromSeconds(3);

    private readonly LogLimiter _quiet = new(time);

    private string Silo => silo?.SiloAddress.ToParsableString() ?? "";

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (cancellationToken.IsCancellationRequested || silo is null) return;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = time.CreateTimer(_ => patience.Cancel(), null, LongestFarewell, Timeout.InfiniteTimeSpan);
        try
        {
            while (await SendOne(patience.Token))
            {
                // Until all is reported. The last batch says so.
            }
        }
        catch (Exception)
        {
            // The fleet is counted anew, since nobody has said goodbye.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await lifetime.Started(stoppingToken);

            // So that it is noticed if this silo dies before it reports anything.
            await Report(board.Next(Silo, greets: true), stoppingToken);
            while (true)
            {
                var greets = !await board.Noted(Greeting, stoppingToken);
                await Task.Delay(Pause, time, stoppingToken);
                if (greets) await Report(board.Next(Silo, greets: true), stoppingToken);
                while (board.Next(Silo) is { } batch) await Report(batch, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private async Task Report(FleetBatch? batch, CancellationToken stoppingToken)
    {
        for (; batch is not null; batch = board.Next(Silo))
        {
            try
            {
                if (await grains.GetGrain<IFleetGrain>(0).Report(batch).WaitAsync(stoppingToken))
                {
                    board.Done(batch.Number);
                    return;
                }
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                if (_quiet.ShouldLog()) LogNotReported(exception.FirstLine());
            }

            await Task.Delay(Again, time, stoppingToken);
        }
    }

    /// <returns>False: it was the last one, or the grain takes none now.</returns>
    private async Task<bool> SendOne(CancellationToken cancellationToken)
    {
        var batch = board.Next(Silo, greets: true, leaves: true)!;
        if (!await grains.GetGrain<IFleetGrain>(0).Report(batch).WaitAsync(cancellationToken)) return false;
        board.Done(batch.Number);
        return !batch.Leaving;
    }

    [LoggerMessage(LogLevel.Warning, "The grain that counts the fleet does not answer. GET /fleet and the page show no changes of this "
        + "silo until it does. Notifications do not depend on it. {Error}")]
    private partial void LogNotReported(string error);
}
