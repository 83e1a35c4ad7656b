namespace IoTOrleans.Grains.Watching;

/// <summary>
/// Adds up what the silos report. A silo that says nothing any more holds nothing either: others have its things by now. What a destination
/// has accepted from it stays true.
/// </summary>
internal sealed class SiloReports
{
    /// <summary>Several reports may get lost.</summary>
    internal static readonly TimeSpan Lasts = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, (SiloReport Report, DateTimeOffset At)> _reports = [];
    private readonly Dictionary<string, DateTimeOffset> _accepted = [];

    public void Add(SiloReport report, DateTimeOffset now)
    {
        _reports[report.Silo] = (report, now);
        foreach (var destination in report.Destinations)
        {
            if (destination.LastAcceptedAt is { } at && (!_accepted.TryGetValue(destination.Name, out var known) || known < at))
                _accepted[destination.Name] = at;
        }
    }

    public ClusterReport At(DateTimeOffset now)
    {
        foreach (var silent in _reports.Values.Where(known => now - known.At > Lasts).ToList()) _reports.Remove(silent.Report.Silo);
        var reports = _reports.Values.Select(known => known.Report).ToList();
        var destinations = reports.SelectMany(report => report.Destinations).GroupBy(one => one.Name, (name, known) =>
        {
            // The worst that any silo says: what one of them cannot send is not sent.
            var all = known.ToList();
            return new DestinationReport(
                name, _accepted.TryGetValue(name, out var at) ? at : null, all.Min(one => one.RefusingSince),
                all.Min(one => one.FailingSince), all.Min(one => one.OwedSince));
        });
        return new(
            reports.Sum(report => report.HeldVerdicts), [.. destinations.OrderBy(one => one.Name, StringComparer.Ordinal)]);
    }
}
