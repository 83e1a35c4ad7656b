namespace IoTOrleans.Notifications.Text;

/// <summary>Turns facts into text for people and a body for programs. The same facts give the same text.</summary>
internal sealed class NotificationText
{
    private readonly NotificationTextOptions _options;
    private readonly string? _baseUrl;
    private readonly Wording _wording;
    private readonly Wording _english;

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
        var first = isOfWatcher ? NotificationEvent.WatcherBlind
            : n.NeverSeen ? NotificationEvent.DeviceNeverSeen : NotificationEvent.DeviceOffline;
        return Message(
            isOfWatcher ? MessageKind.Watcher : MessageKind.Thing, n.Event.Name(), n.Key, n.Since,
            isOfWatcher ? LinkToAll : LinkTo(n.ThingName), url => _wording.Lines(n, url),
            (longest, ascii) => Subject(n, longest, IsAscii(ascii)), message => MachineBody.Json(message, n)) with
        {
            ThreadKey = n.OutageId,
            FirstKey = (n with { Event = first, Sequence = 0 }).Key,
            ThingName = isOfWatcher ? null : n.ThingName,
            About = Characters.Printable(n.ThingName),
            IsEnd = n.Event.IsEnd(),
            IsTest = n.IsTest,
            DetectedAt = n.DetectedAt,
            EndedAt = n.RecoveredAt,
            RecoveryHold = n.RecoveryHold,
            DisconnectReason = n.DisconnectReason,
            Attributes = n.Attributes,
        };
    }

    public OutgoingMessage Render(FleetNotification n)
    {
        var isEnd = n.Event == FleetEvent.FleetRecovered;
        return Message(
            MessageKind.Fleet, n.Event.Name(), n.Key, n.StartedAt, LinkToAll, url => _wording.Lines(n, url),
            (_, ascii) => In(ascii).Subject(n), message => MachineBody.Json(message, n)) with
        {
            ThreadKey = n.IncidentId,
            FirstKey = n.Number == 1 ? n.Key : (n with { Event = FleetEvent.FleetOutage, Number = 1 }).Key,
            IsEnd = isEnd,
            IsAlsoStart = isEnd && n.Number == 1,
            EndedAt = n.LastAt,
        };
    }

    public OutgoingMessage Render(FleetSummary s) => Message(
        MessageKind.Summary, FleetSummary.Event, s.Id, s.ListedAt, LinkToAll, url => _wording.Lines(s, url),
        (_, ascii) => In(ascii).Subject(s), message => MachineBody.Json(message, s));

    /// <summary>A message of its own thread, about the whole cluster.</summary>
    private OutgoingMessage Message(
        MessageKind kind, string eventName, string key, DateTimeOffset at, string? link, Func<string?, IEnumerable<string>> lines,
        Func<int, bool?, string> subject, Func<OutgoingMessage, string> json) => new()
        {
            Kind = kind,
            Event = eventName,
            Key = key,
            ThreadKey = key,
            FirstKey = key,
            About = _options.Cluster,
            StartedAt = at,
            DetectedAt = at,
            Link = link,
            Cluster = _options.Cluster,
            Region = _options.Region,
            Text = string.Join('\n', lines(link)),
            ToSubject = subject,
            ToJson = json,
        };

    private string Subject(Notification n, int longest, bool ascii)
    {
        var name = LinkFree.Of(n.ThingName);
        if (ascii) name = Characters.Ascii(name);
        var subject = In(ascii).Subject(n, name);

        // The name is worth more than the numbers, which the text has as well.
        if (subject.Length > longest && n.Fleet is not null) return Subject(n with { Fleet = null }, longest, ascii);
        return subject.Length <= longest
            ? subject
            : In(ascii).Subject(n, Characters.Shorten(name, name.Length - (subject.Length - longest)));
    }

    private bool IsAscii(bool? ascii) => ascii ?? !IsJapanese;

    private Wording In(bool? ascii) => IsAscii(ascii) ? _english : _wording;

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

/// <summary>The language and time of texts, and what every notification says about its sender.</summary>
public sealed record NotificationTextOptions
{
    /// <summary><c>en</c> or <c>ja</c>.</summary>
    public string Culture { get; init; } = "en";

    /// <summary>An IANA name; null: the host's.</summary>
    public string? TimeZone { get; init; }

    /// <summary>The address of the fleet page; null: no links.</summary>
    public string? ExternalUrl { get; init; }

    public string Cluster { get; init; } = "iot-orleans";

    public string? Region { get; init; }
}
