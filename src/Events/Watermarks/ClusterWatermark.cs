namespace IoTOrleans.Events.Watermarks;

/// <summary>How far the cluster has read the queue: as far as the silo that is furthest behind.</summary>
/// <param name="hiddenFor">For how long the last report of a silent silo counts: its in-flight messages are hidden until then.</param>
/// <param name="began">What silos held that died before then is unknown, unless a reporter hands over their reports.</param>
internal sealed class ClusterWatermark(TimeSpan hiddenFor, DateTimeOffset began)
{
    /// <summary>Stands for all silos without a report.</summary>
    private const string Nobody = "";

    private readonly Dictionary<string, WatermarkReport> _reports = new()
    {
        [Nobody] = new(Nobody, new(null, began, began + hiddenFor), began),
    };

    public void Report(string silo, Watermark own, DateTimeOffset now)
    {
        if (own.Reports is { } handed) TakeOver(handed, now);
        _reports[silo] = new WatermarkReport(silo, own with { Reports = null }, now);
    }

    public Watermark At(DateTimeOffset now)
    {
        foreach (var silent in _reports.Values.Where(report => report.Silo != Nobody && now - report.At > hiddenFor).ToList())
            _reports.Remove(silent.Silo);

        var own = _reports.Values.Select(report => report.Own).ToList();
        var hidden = own.Where(watermark => watermark.HiddenUntil > now).ToList();

        // A silo without SeenUntil has had nothing in hand.
        return new Watermark(
            own.Min(watermark => watermark.SeenUntil),
            hidden.Max(watermark => watermark.HiddenBefore),
            hidden.Max(watermark => watermark.HiddenUntil),
            [.. _reports.Values]);
    }

    /// <summary>
    /// Goes on from where the silo that kept this grain before left off: each reporter has its last answer, a second old. Later reports
    /// came from silos that live and report again, or are replaced by older ones, which only means a more careful answer.
    /// </summary>
    private void TakeOver(IReadOnlyList<WatermarkReport> handed, DateTimeOffset now)
    {
        if (handed.Max(report => (DateTimeOffset?)report.At) is not { } said || began - said > hiddenFor) return;
        foreach (var report in handed)
        {
            // The clocks of two silos: earlier reports are older than all reports here.
            var earlier = report.At < began ? report : report with { At = began };
            var known = _reports.GetValueOrDefault(report.Silo);
            var counts = report.Silo == Nobody ? earlier.At < known!.At : now - earlier.At <= hiddenFor && !(known?.At >= earlier.At);
            if (counts) _reports[report.Silo] = earlier;
        }
    }
}
