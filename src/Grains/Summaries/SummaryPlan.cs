namespace IoTOrleans.Grains.Summaries;

/// <summary>The setting <c>Notifications:TimeZone</c>; the times of day are the destinations' own.</summary>
public sealed class SummaryOptions
{
    /// <summary>Default: the host's.</summary>
    public TimeZoneInfo TimeZone { get; set; } = TimeZoneInfo.Local;
}

/// <summary>Which destination gets a daily summary, and when.</summary>
internal sealed class SummaryPlan(IOptions<SummaryOptions> options, IEnumerable<INotificationDestination> destinations)
{
    private readonly Dictionary<string, DailyTime?> _times = destinations.ToDictionary(
        destination => destination.Name,
        destination => destination.Terms.DailySummary is { } at ? new DailyTime(at, options.Value.TimeZone) : null);

    public IEnumerable<string> Destinations => _times.Where(pair => pair.Value is not null).Select(pair => pair.Key);

    /// <returns>Null: none.</returns>
    public DailyTime? For(string destination) => _times.GetValueOrDefault(destination);
}
