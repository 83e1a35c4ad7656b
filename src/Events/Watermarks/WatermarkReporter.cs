using IoTOrleans.Events.Sqs;

namespace IoTOrleans.Events.Watermarks;

/// <summary>Reports how far this silo has read a queue, and takes the cluster's watermark in return. Nothing is stored.</summary>
internal sealed partial class WatermarkReporter(
    ConsumerWatermark own, WatermarkCopy copy, IGrainFactory grains, ILocalSiloDetails silo, SqsOptions options, TimeProvider time,
    ILogger<WatermarkReporter> logger)
    : BackgroundService
{
    /// <summary>The watermark at a deadline is younger than the settle time, so an idle queue delays no verdict.</summary>
    internal static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    /// <summary>The grain's silo may be dead, and Orleans would wait for 30 s.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(5);

    /// <summary>Until the other silos have the last report of this one, and can hand it over if this silo also kept the grain.</summary>
    private static readonly TimeSpan Spreading = 2 * Every;

    private readonly LogLimiter _trouble = new(time);
    private IReadOnlyList<WatermarkReport>? _others;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Exchange(stoppingToken);
            await Task.Delay(Every, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>
    /// Reports what the other silos must wait for. Messages that were given back count as hidden until the others can have received them;
    /// what is still missing counts as if this silo had died.
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
            // This silo counts as one that has died: its last report holds.
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
        catch (Exception exception)
        {
            // Once it stops, StopAsync sends the last report.
            if (!stoppingToken.IsCancellationRequested && _trouble.ShouldLog()) LogUnknown(options.QueueUrl, exception.Message);
        }
    }

    [LoggerMessage(LogLevel.Warning,
        "How far the other silos have read {QueueUrl} is unknown, so first verdicts are deferred. {Error}")]
    private partial void LogUnknown(string queueUrl, string error);
}
