namespace IoTOrleans.Notifications.Text;

/// <summary>
/// Times as people on site read them off the wall. The offset is always there. The abbreviation is only there for the zones below:
/// .NET knows none (ICU says "Japan Standard Time", differently on each platform), and one that is guessed is worse than none.
/// </summary>
internal sealed class LocalClock(TimeZoneInfo zone)
{
    private static readonly Dictionary<string, (string Standard, string Daylight)> Abbreviations = new()
    {
        ["UTC"] = ("UTC", "UTC"),
        ["Etc/UTC"] = ("UTC", "UTC"),
        ["Asia/Tokyo"] = ("JST", "JST"),
        ["Asia/Seoul"] = ("KST", "KST"),
        ["Asia/Hong_Kong"] = ("HKT", "HKT"),
        ["Asia/Kolkata"] = ("IST", "IST"),
        ["Australia/Brisbane"] = ("AEST", "AEST"),
        ["Australia/Melbourne"] = ("AEST", "AEDT"),
        ["Australia/Sydney"] = ("AEST", "AEDT"),
        ["Pacific/Auckland"] = ("NZST", "NZDT"),
        ["Europe/London"] = ("GMT", "BST"),
        ["Europe/Lisbon"] = ("WET", "WEST"),
        ["Europe/Amsterdam"] = ("CET", "CEST"),
        ["Europe/Berlin"] = ("CET", "CEST"),
        ["Europe/Brussels"] = ("CET", "CEST"),
        ["Europe/Copenhagen"] = ("CET", "CEST"),
        ["Europe/Madrid"] = ("CET", "CEST"),
        ["Europe/Oslo"] = ("CET", "CEST"),
        ["Europe/Paris"] = ("CET", "CEST"),
        ["Europe/Prague"] = ("CET", "CEST"),
        ["Europe/Rome"] = ("CET", "CEST"),
        ["Europe/Stockholm"] = ("CET", "CEST"),
        ["Europe/Vienna"] = ("CET", "CEST"),
        ["Europe/Warsaw"] = ("CET", "CEST"),
        ["Europe/Zurich"] = ("CET", "CEST"),
        ["Europe/Athens"] = ("EET", "EEST"),
        ["Europe/Helsinki"] = ("EET", "EEST"),
        ["America/New_York"] = ("EST", "EDT"),
        ["America/Toronto"] = ("EST", "EDT"),
        ["America/Chicago"] = ("CST", "CDT"),
        ["America/Denver"] = ("MST", "MDT"),
        ["America/Phoenix"] = ("MST", "MST"),
        ["America/Los_Angeles"] = ("PST", "PDT"),
    };

    private readonly (string Standard, string Daylight)? _abbreviation =
        Abbreviations.TryGetValue(zone.HasIanaId ? zone.Id : "", out var known) ? known : null;

    public DateTimeOffset At(DateTimeOffset time) => TimeZoneInfo.ConvertTime(time, zone);

    /// <summary><c>02:14</c></summary>
    public string Minute(DateTimeOffset time) => Format(time, "HH:mm");

    /// <summary><c>02:14:07</c></summary>
    public string Second(DateTimeOffset time) => Format(time, "HH:mm:ss");

    /// <summary><c>JST</c>, or <c>+05:45</c> where there is no abbreviation.</summary>
    public string ShortZone(DateTimeOffset time) => Abbreviation(time) ?? Offset(time);

    /// <summary><c>JST (+09:00)</c>, <c>(+05:45)</c> or <c>UTC</c>.</summary>
    public string LongZone(DateTimeOffset time) => Abbreviation(time) switch
    {
        "UTC" => "UTC",
        null => $"({Offset(time)})",
        var short_ => $"{short_} ({Offset(time)})",
    };

    /// <summary>A moment beside another one: with its day and its zone where they are not the same (<c>24 Oct 02:50 CEST</c>).</summary>
    /// <param name="day">How days are written.</param>
    public string Beside(DateTimeOffset other, DateTimeOffset time, string day, string format = "HH:mm") =>
        DayBeside(other, time, day, format) + (SameZone(time, other) ? "" : $" {ShortZone(time)}");

    /// <summary>The same where the zone follows anyway.</summary>
    public string DayBeside(DateTimeOffset other, DateTimeOffset time, string day, string format = "HH:mm") =>
        Format(time, SameDay(time, other) ? format : $"{day} {format}");

    /// <summary>Summer time has neither begun nor ended in between.</summary>
    public bool SameZone(DateTimeOffset a, DateTimeOffset b) => At(a).Offset == At(b).Offset;

    public bool SameDay(DateTimeOffset a, DateTimeOffset b) => At(a).Date == At(b).Date;

    /// <summary>By the invariant culture: English names of days and months, whatever the host speaks.</summary>
    public string Format(DateTimeOffset time, string format) => At(time).ToString(format, CultureInfo.InvariantCulture);

    private string? Abbreviation(DateTimeOffset time) =>
        _abbreviation is var (standard, daylight) ? zone.IsDaylightSavingTime(time) ? daylight : standard : null;

    private string Offset(DateTimeOffset time) => Format(time, "zzz");
}
