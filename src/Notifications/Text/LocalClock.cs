namespace IoTOrleans.Notifications.Text;

/// <summary>Local times. Only some zones have an abbreviation: .NET has none, and ICU's names differ between platforms.</summary>
internal sealed class LocalClock(TimeZoneInfo zone)
{
    private static readonly Dictionary<string, (string Standard, string Daylight)> Abbreviations = new (string Zones, string, string)[]
    {
        ("UTC Etc/UTC", "UTC", "UTC"),
        ("Asia/Tokyo", "JST", "JST"),
        ("Asia/Seoul", "KST", "KST"),
        ("Asia/Hong_Kong", "HKT", "HKT"),
        ("Asia/Kolkata", "IST", "IST"),
        ("Australia/Brisbane", "AEST", "AEST"),
        ("Australia/Melbourne Australia/Sydney", "AEST", "AEDT"),
        ("Pacific/Auckland", "NZST", "NZDT"),
        ("Europe/London", "GMT", "BST"),
        ("Europe/Lisbon", "WET", "WEST"),
        ("Europe/Amsterdam Europe/Berlin Europe/Brussels Europe/Copenhagen Europe/Madrid Europe/Oslo Europe/Paris", "CET", "CEST"),
        ("Europe/Prague Europe/Rome Europe/Stockholm Europe/Vienna Europe/Warsaw Europe/Zurich", "CET", "CEST"),
        ("Europe/Athens Europe/Helsinki", "EET", "EEST"),
        ("America/New_York America/Toronto", "EST", "EDT"),
        ("America/Chicago", "CST", "CDT"),
        ("America/Denver", "MST", "MDT"),
        ("America/Phoenix", "MST", "MST"),
        ("America/Los_Angeles", "PST", "PDT"),
    }.SelectMany(row => row.Zones.Split(' '), (row, zone) => (zone, row.Item2, row.Item3))
        .ToDictionary(row => row.zone, row => (row.Item2, row.Item3));

    private readonly (string Standard, string Daylight)? _abbreviation =
        Abbreviations.TryGetValue(zone.HasIanaId ? zone.Id : "", out var known) ? known : null;

    public DateTimeOffset At(DateTimeOffset time) => TimeZoneInfo.ConvertTime(time, zone);

    /// <summary><c>JST</c>, or <c>+05:45</c> where there is no abbreviation.</summary>
    public string ShortZone(DateTimeOffset time) => Abbreviation(time) ?? Offset(time);

    /// <summary><c>JST (+09:00)</c>, <c>(+05:45)</c> or <c>UTC</c>.</summary>
    public string LongZone(DateTimeOffset time) => Abbreviation(time) switch
    {
        "UTC" => "UTC",
        null => $"({Offset(time)})",
        var short_ => $"{short_} ({Offset(time)})",
    };

    /// <summary>With the day and the zone only where they are not those of the other moment (<c>24 Oct 02:50 CEST</c>).</summary>
    public string Beside(DateTimeOffset other, DateTimeOffset time, string day, string format = "HH:mm") =>
        DayBeside(other, time, day, format) + (SameZone(time, other) ? "" : $" {ShortZone(time)}");

    /// <summary>The same without the zone.</summary>
    public string DayBeside(DateTimeOffset other, DateTimeOffset time, string day, string format = "HH:mm") =>
        Format(time, SameDay(time, other) ? format : $"{day} {format}");

    /// <summary>Summer time has neither begun nor ended in between.</summary>
    public bool SameZone(DateTimeOffset a, DateTimeOffset b) => At(a).Offset == At(b).Offset;

    public bool SameDay(DateTimeOffset a, DateTimeOffset b) => At(a).Date == At(b).Date;

    public string Format(DateTimeOffset time, string format) => At(time).ToString(format, CultureInfo.InvariantCulture);

    private string? Abbreviation(DateTimeOffset time) =>
        _abbreviation is var (standard, daylight) ? zone.IsDaylightSavingTime(time) ? daylight : standard : null;

    private string Offset(DateTimeOffset time) => Format(time, "zzz");
}
