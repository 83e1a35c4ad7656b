using IoTOrleans.Events.Sqs;
using IoTOrleans.Grains.Watching;

namespace IoTOrleans.Events.Watermarks;

/// <summary>Tells the cluster how far this silo has read, and takes home how far all have. One message from memory to memory.</summary>
internal sealed partial class WatermarkReporter(
    ConsumerWatermark own, WatermarkCopy copy, IGrainFactory grains, ILocalSiloDetails silo, SqsOptions options, TimeProvider time,
    ILogger<WatermarkReporter> logger)
    : BackgroundService
{
    /// <summary>So that what is known at a deadline is younger than the settle time, and an idle queue holds up nobody.</summary>
    internal static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    /// <summary>The silo that keeps it may be dead, and Orleans would wait for 30 s to find out.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>How often the watcher hears of it.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Until all others have been answered once more, and so can hand over the last word of this silo if it also kept theirs.
    /// </summary>
    private static readonly TimeSpan Spreading = 2 * Every;

    private readonly LogLimiter _trouble = new(time);
    private IReadOnlyList<WatermarkReport>? _others;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            var looked = time.GetTimestamp();
            while (true)
            {
                await Exchange(stoppingToken);
                if (time.GetElapsedTime(looked) >= LookEvery)
                {
                    looked = time.GetTimestamp();

                    // Lost, it is said again soon; the grain may wait for storage that hangs.
                    grains.GetGrain<IWatcherGrain>(0).Look(copy.Current.SeenUntil).Ignore();
                }

                await Task.Delay(Every, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The last word follows.
        }
    }

    /// <summary>
    /// What was given back is there for the others at once, and until they have it nobody knows it. What is still missing, or hidden,
    /// counts as if this silo had died. Where there is nothing of all that, nobody has to wait for anything.
    /// </summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        var now = time.GetUtcNow();
        var last = own.At(now);
        if (own.HasGivenBack)
        {
            var until = last.HiddenUntil > now + Goodbye ? last.HiddenUntil : now + Goodbye;
            last = last with { HiddenBefore = now + ConsumerWatermark.Overtaking, HiddenUntil = until };
        }

        try
        {
            await Report(last, cancellationToken);
            if (_others?.Any(report => report.Silo != Me && now - report.At <= WatermarkCopy.Lasts) == true)
                await Task.Delay(Spreading, time, cancellationToken);
        }
        catch (Exception)
        {
            // Then this silo counts as one that has died: its last word holds.
        }
    }

    private string Me => silo.SiloAddress.ToParsableString();

    private async Task<Watermark> Report(Watermark watermark, CancellationToken cancellationToken)
    {
        var grain = grains.GetGrain<IWatermarkGrain>(options.QueueUrl);
        var answer = await grain.Report(Me, watermark with { Reports = _others }).WaitAsync(Patience, time, cancellationToken);
        _others = answer.Reports;
        return answer with { Reports = null };
    }

    private async Task Exchange(CancellationToken stoppingToken)
    {
        var asked = time.GetTimestamp();
        try
        {
            copy.Set(await Report(own.At(time.GetUtcNow()), stoppingToken), asked);
            _trouble.IsOver();
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            if (_trouble.ShouldLog()) LogUnknown(exception.Message);
        }
    }

    [LoggerMessage(
        LogLevel.Warning,
        "How far the other silos have read the queue cannot be learned, so that first verdicts are held. {Error}")]
    private partial void LogUnknown(string error);
}
