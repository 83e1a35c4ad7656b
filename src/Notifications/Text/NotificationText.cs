namespace IoTOrleans.Notifications.Text;

/// <summary>
/// Turns facts into words for people and a body for programs. No clock, no state: same facts, same text.
/// </summary>
internal sealed class NotificationText
{
    private readonly NotificationTextOptions _options;
    private readonly string? _baseUrl;
    private readonly Wording _wording;
    private readonly Wording _english;

    /// <exception cref="StartupException">A setting makes no sense; the message names it.</exception>
    public NotificationText(NotificationTextOptions options)
    {
        _options = options;
        _baseUrl = BaseUrlOf(options.ExternalUrl);
        var clock = new LocalClock(ZoneOf(options.TimeZone));
        var source = options.Region is null ? options.Cluster : $"{options.Cluster}/{options.Region}";
        IsJapanese = options.Culture.Split('-')[0].ToLowerInvariant() switch
        {
            "en" => false,
            "ja" => true,
            _ => throw new StartupException($"Culture={options.Culture}: say en or ja."),
        };
        _english = new English(clock, source);
        _wording = IsJapanese ? new Japanese(clock, source) : _english;
    }

    public bool IsJapanese { get; }

    public OutgoingMessage Render(Notification n)
    {
        var isOfWatcher = n.Event.IsOfWatcher();
        var link = isOfWatcher ? LinkToAll : LinkTo(n.ThingName);
        var first = isOfWatcher ? NotificationEvent.WatcherBlind : NotificationEvent.DeviceOffline;
        return new((longest, ascii) => Subject(n, longest, IsAscii(ascii)), message => MachineBody.Json(message, n))
        {
            Kind = isOfWatcher ? MessageKind.Watcher : MessageKind.Thing,
            Event = n.Event.Name(),
            Key = n.Key,
            ThreadKey = n.OutageId,
            FirstKey = (n with { Event = first, Sequence = 0 }).Key,
            ThingName = isOfWatcher ? null : n.ThingName,
            About = Characters.Printable(n.ThingName),
            Severity = n.IsTest || n.Event.IsEnd() ? Severity.Notice : Severity.Alarm,
            IsEnd = n.Event.IsEnd(),
            IsTest = n.IsTest,
            StartedAt = n.Since,
            DetectedAt = n.DetectedAt,
            EndedAt = n.RecoveredAt,
            RecoveryHold = n.RecoveryHold,
            DisconnectReason = n.DisconnectReason,
            Attributes = n.Attributes,
            Link = link,
            Cluster = _options.Cluster,
            Region = _options.Region,
            Text = string.Join('\n', _wording.Lines(n, link)),
        };
    }

    public OutgoingMessage Render(FleetNotification n)
    {
        var isEnd = n.Event == FleetEvent.FleetRecovered;
        return new((_, ascii) => In(ascii).Subject(n), message => MachineBody.Json(message, n))
        {
            Kind = MessageKind.Fleet,
            Event = n.Event.Name(),
            Key = n.Key,
            ThreadKey = n.IncidentId,
            FirstKey = n.Number == 1 ? n.Key : (n with { Event = FleetEvent.FleetOutage, Number = 1 }).Key,
            About = _options.Cluster,
            Severity = isEnd ? Severity.Notice : Severity.Alarm,
            IsEnd = isEnd,
            IsAlsoStart = isEnd && n.Number == 1,
            StartedAt = n.StartedAt,
            DetectedAt = n.StartedAt,
            EndedAt = n.LastAt,
            Link = LinkToAll,
            Cluster = _options.Cluster,
            Region = _options.Region,
            Text = string.Join('\n', _wording.Lines(n, LinkToAll)),
        };
    }

    public OutgoingMessage Render(FleetSummary s) => new((_, ascii) => In(ascii).Subject(s), message => MachineBody.Json(message, s))
    {
        Kind = MessageKind.Summary,
        Event = FleetSummary.Event,
        Key = s.Id,
        ThreadKey = s.Id,
        FirstKey = s.Id,
        About = _options.Cluster,
        Severity = Severity.Notice,
        StartedAt = s.ListedAt,
        DetectedAt = s.ListedAt,
        Link = LinkToAll,
        Cluster = _options.Cluster,
        Region = _options.Region,
        Text = string.Join('\n', _wording.Lines(s, LinkToAll)),
    };

    private string Subject(Notification n, int longest, bool ascii)
    {
        var name = Characters.Printable(n.ThingName);
        if (ascii) name = Characters.Ascii(name);
        var subject = In(ascii).Subject(n, name);
        return subject.Length <= longest
            ? subject
            : In(ascii).Subject(n, Characters.Shorten(name, name.Length - (subject.Length - longest)));
    }

    private bool IsAscii(bool? ascii) => ascii ?? !IsJapanese;

    private Wording In(bool? ascii) => IsAscii(ascii) ? _english : _wording;

    /// <summary>To the page of all things, where an incident is best looked at; null without <c>ExternalUrl</c>.</summary>
    private string? LinkToAll => _baseUrl is null ? null : _baseUrl + "/";

    private string? LinkTo(string thingName) => _baseUrl is null ? null : $"{_baseUrl}/?thing={Uri.EscapeDataString(thingName)}";

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
