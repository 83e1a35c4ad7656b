namespace IoTOrleans.Grains.Watching;

/// <summary>
/// Adds up what the silos report. A silo that has left holds nothing: others have its things by now. What a destination has accepted from
/// it stays true.
/// </summary>
internal sealed class SiloReports
{
    /// <summary>Several reports may get lost.</summary>
    internal static readonly TimeSpan Lasts = TimeSpan.FromSeconds(30);

    /// <summary>By silo. Null: it has said nothing yet, since the time at which it was first asked for.</summary>
    private readonly Dictionary<string, (SiloReport? Report, DateTimeOffset At)> _reports = [];
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

    /// <param name="active">The silos of the cluster now. Those that have left are not waited for.</param>
    public ClusterReport At(DateTimeOffset now, IReadOnlyCollection<string> active)
    {
        foreach (var silo in active) _reports.TryAdd(silo, (null, now));
        var old = _reports.Where(known => now - known.Value.At > Lasts).Select(known => known.Key).ToHashSet();
        foreach (var gone in old.Except(active)) _reports.Remove(gone);
        var reports = _reports.Where(known => !old.Contains(known.Key)).Select(known => known.Value.Report).OfType<SiloReport>().ToList();
        var destinations = reports.SelectMany(report => report.Destinations).GroupBy(one => one.Name, (name, known) =>
        {
            // The worst that any silo says: what one of them cannot send is not sent.
            var all = known.ToList();
            return new DestinationReport(
                name, _accepted.TryGetValue(name, out var at) ? at : null, all.Min(one => one.RefusingSince),
                all.Min(one => one.FailingSince), all.Min(one => one.OwedSince));
        });
        return new(
            reports.Sum(report => report.HeldVerdicts), [.. destinations.OrderBy(one => one.Name, StringComparer.Ordinal)],
            [.. old.Intersect(active).Order(StringComparer.Ordinal)]);
    }
}
