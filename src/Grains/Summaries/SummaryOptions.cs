namespace IoTOrleans.Grains.Summaries;

/// <summary>The setting <c>Notifications:TimeZone</c>.</summary>
public sealed class SummaryOptions
{
    /// <summary>Default: the host's.</summary>
    public TimeZoneInfo TimeZone { get; set; } = TimeZoneInfo.Local;
}
