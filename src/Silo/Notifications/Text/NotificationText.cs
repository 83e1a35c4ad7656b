using IoTOrleans.Grains.Logging;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Settings;

namespace IoTOrleans.Silo.Notifications.Text;

/// <summary>
/// Turns the facts of a notification into words for people and a body for programs. No clock, no state: same facts, same text.
/// </summary>
internal sealed class NotificationText
{
    private readonly NotificationTextOptions options;
    private readonly string? baseUrl;
    private readonly Wording wording;
    private readonly Wording english;
    private readonly FleetWording fleet;
    private readonly FleetWording fleetInEnglish;
    private readonly SummaryWording summaries;
    private readonly SummaryWording summariesInEnglish;

    /// <exception cref="StartupException">A setting makes no sense; the message names it.</exception>
    public NotificationText(NotificationTextOptions options)
    {
        this.options = options;
        baseUrl = BaseUrlOf(options.ExternalUrl);
        var clock = new LocalClock(ZoneOf(options.TimeZone));
        var source = options.Region is null ? options.Cluster : $"{options.Cluster}/{options.Region}";
        english = new English(clock, source);
        IsJapanese = options.Culture.Split('-')[0].ToLowerInvariant() switch
        {
            "en" => false,
            "ja" => true,
            _ => throw new StartupException($"Culture={options.Culture}: say en or ja."),
        };
        wording = IsJapanese ? new Japanese(clock, source) : english;
        fleetInEnglish = new FleetEnglish(clock, source);
        fleet = IsJapanese ? new FleetJapanese(clock, source) : fleetInEnglish;
        summariesInEnglish = new SummaryEnglish(clock, source);
        summaries = IsJapanese ? new SummaryJapanese(clock, source) : summariesInEnglish;
    }

    public bool IsJapanese { get; }

    /// <summary>One line, as long as it needs to be.</summary>
    public string Subject(Notification notification) => wording.Subject(notification, Characters.Printable(notification.ThingName));

    /// <summary>
    /// One line of at most <paramref name="maxLength"/> characters; if it must be shorter, the name gives way and not what happened.
    /// With <paramref name="ascii"/> it is English, because Japanese in ASCII would be a row of question marks.
    /// </summary>
    public string Subject(Notification notification, int maxLength, bool ascii)
    {
        var words = ascii ? english : wording;
        var name = Characters.Printable(notification.ThingName);
        if (ascii) name = Characters.Ascii(name);
        var subject = words.Subject(notification, name);
        return subject.Length <= maxLength
            ? subject
            : words.Subject(notification, Characters.Shorten(name, name.Length - (subject.Length - maxLength)));
    }

    /// <summary>What happened, why, and where to look: one thing a line.</summary>
    public string Body(Notification notification) => string.Join('\n', wording.Lines(notification, Link(notification)));

    /// <summary>The JSON that programs get.</summary>
    public string MachineJson(Notification notification) =>
        MachineBody.Json(notification, options.Cluster, options.Region, Link(notification), Body(notification));

    /// <summary>One line of less than 100 characters; with <paramref name="ascii"/> it is English.</summary>
    public string Subject(FleetNotification notification, bool ascii = false) => (ascii ? fleetInEnglish : fleet).Subject(notification);

    public string Body(FleetNotification notification) => string.Join('\n', fleet.Lines(notification, LinkToAll));

    public string MachineJson(FleetNotification notification) =>
        FleetBody.Json(notification, options.Cluster, options.Region, LinkToAll, Body(notification));

    /// <summary>One line of less than 100 characters; with <paramref name="ascii"/> it is English.</summary>
    public string Subject(FleetSummary summary, bool ascii = false) => (ascii ? summariesInEnglish : summaries).Subject(summary);

    public string Body(FleetSummary summary) => string.Join('\n', summaries.Lines(summary, LinkToAll));

    public string MachineJson(FleetSummary summary) => SummaryBody.Json(summary, options.Cluster, options.Region, LinkToAll, Body(summary));

    /// <summary>To the thing's page; null without <c>ExternalUrl</c>.</summary>
    public string? Link(Notification notification) => notification.Event.IsOfWatcher() ? LinkToAll : LinkTo(notification.ThingName);

    /// <summary>Who speaks: the cluster.</summary>
    public string Cluster => options.Cluster;

    public string? Region => options.Region;

    /// <summary>To the page of all things, where an incident is best looked at; null without <c>ExternalUrl</c>.</summary>
    public string? LinkToAll => baseUrl is null ? null : baseUrl + "/";

    private string? LinkTo(string thingName) => baseUrl is null ? null : $"{baseUrl}/?thing={Uri.EscapeDataString(thingName)}";

    private static string? BaseUrlOf(string? externalUrl)
    {
        if (string.IsNullOrWhiteSpace(externalUrl)) return null;
        return Uri.TryCreate(externalUrl, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? externalUrl.TrimEnd('/')
            : throw new StartupException(
                $"ExternalUrl={externalUrl}: say the whole address of the fleet page, for example https://watch.example.net.");
    }

    private static TimeZoneInfo ZoneOf(string? name)
    {
        if (string.IsNullOrWhiteSpace(name)) return TimeZoneInfo.Local;
        return TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)
            ? zone
            : throw new StartupException(
                $"Notifications:TimeZone={name}: not a time zone known here; say an IANA name, for example Asia/Tokyo.");
    }
}
