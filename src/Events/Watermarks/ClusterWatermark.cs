namespace IoTOrleans.Events.Watermarks;

/// <summary>How far all silos together have read the queue: as far as the one that is furthest behind.</summary>
/// <param name="hiddenFor">
/// For so long a silo that fell silent counts with its last report: what it had in hand is hidden until then.
/// </param>
/// <param name="began">
/// What silos held that have died before then, nobody can say any more, unless somebody hands over what they said.
/// </param>
internal sealed class ClusterWatermark(TimeSpan hiddenFor, DateTimeOffset began)
{
    /// <summary>Stands for all silos that nobody has a report of.</summary>
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
        {
            _reports.Remove(silent.Silo);
        }

        var own = _reports.Values.Select(report => report.Own).ToList();
        var hidden = own.Where(watermark => watermark.HiddenUntil > now).ToList();

        // One that knows nothing has had nothing in hand.
        return new Watermark(
            own.Min(watermark => watermark.SeenUntil),
            hidden.Max(watermark => watermark.HiddenBefore),
            hidden.Max(watermark => watermark.HiddenUntil),
            [.. _reports.Values]);
    }

    /// <summary>
    /// The silo that kept this before is gone. Each reporter has its last answer, a second old: with that it goes on from where it was.
    /// What was said to it after that came from silos that live, and say it again, or is older here than it could be, which only makes us
    /// more careful.
    /// </summary>
    private void TakeOver(IReadOnlyList<WatermarkReport> handed, DateTimeOffset now)
    {
        if (handed.Max(report => (DateTimeOffset?)report.At) is not { } said || began - said > hiddenFor) return;
        foreach (var report in handed)
        {
            // Two clocks: whatever was said before is older than what has been said here.
            var earlier = report.At < began ? report : report with { At = began };
            var known = _reports.GetValueOrDefault(report.Silo);
            var counts = report.Silo == Nobody ? earlier.At < known!.At : now - earlier.At <= hiddenFor && !(known?.At >= earlier.At);
            if (counts) _reports[report.Silo] = earlier;
        }
    }
}
