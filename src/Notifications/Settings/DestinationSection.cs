using IoTOrleans.Notifications.Http;

namespace IoTOrleans.Notifications.Settings;

/// <summary>The settings of one destination. A mistake is noted, and reading goes on. What holds a secret is never repeated.</summary>
internal sealed partial class DestinationSection(SettingsReader reader, string section, string name)
{
    internal static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    public string Name => name;

    public string Section => section;

    public SettingsReader Reader => reader;

    /// <summary>As <see cref="Terms"/> has read it.</summary>
    public RateLimit? RateLimit { get; private set; }

    public string Key(string setting) => $"{section}:{setting}";

    /// <summary>All that was read with <see cref="Secret"/>, and what an address or a header holds.</summary>
    public SecretMask Secrets { get; } = new();

    public string? Text(string setting) => reader.Text(Key(setting));

    public string? Secret(string setting)
    {
        var secret = Text(setting);
        Secrets.Add(secret);
        return secret;
    }

    public void Mistake(string setting, string whatToDo) => reader.Mistake($"{Key(setting)} {whatToDo}");

    public string Required(string setting, string whatToSay)
    {
        if (Text(setting) is { } text) return text;
        Mistake(setting, $"is missing: {whatToSay}.");
        return "";
    }

    public Uri Address(string whatToSay, string? defaultValue = null) =>
        Parse("Url", Text("Url") ?? defaultValue ?? Required("Url", whatToSay)) ?? new Uri("http://invalid./");

    /// <returns>Null: it is empty or wrong.</returns>
    public Uri? Parse(string setting, string? address) =>
        string.IsNullOrEmpty(address) ? null : Try(() => HttpTarget.Parse(Key(setting), address));

    /// <summary>A secret for a header, or the file that has it.</summary>
    public FileSecret FileSecret(string setting)
    {
        var (text, path) = (Secret(setting), reader.OptionalFilePath(Key($"{setting}File")));
        if (text is not null && path is not null) reader.Mistake($"{Key(setting)} and {Key(setting)}File are both set: keep one of them.");
        var secret = new FileSecret(Key(setting), text, string.IsNullOrEmpty(path) ? null : path, Secrets);
        Try(() => secret.Read() ?? "");
        return secret;
    }

    /// <param name="token">Sent as <c>Authorization: Bearer …</c>, unless <c>Headers:Authorization</c> says otherwise.</param>
    public Action<IServiceCollection> OverHttp(
        Uri url, DestinationTerms terms, Func<HttpPoster, TimeProvider, IDestination> create, string? token = null)
    {
        var headers = Headers();
        if (token is not null) headers.TryAdd("Authorization", $"Bearer {token}");
        Secrets.AddUrl(url);
        foreach (var value in headers.Values) Secrets.AddHeader(value);
        var target = new HttpTarget(Key("Url"), url, headers, ReadTimeout(), Secrets);
        return services => services.AddDestination(this, terms, provider =>
        {
            var time = provider.GetRequiredService<TimeProvider>();
            return create(new HttpPoster(target, time), time);
        });
    }

    private Dictionary<string, string> Headers()
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var header in reader.Items(Key("Headers")))
        {
            var value = Text($"Headers:{header}") ?? "";
            if (!HeaderName().IsMatch(header) || header.StartsWith("Content-", StringComparison.OrdinalIgnoreCase))
                Mistake($"Headers:{header}", "is not a header that can be set: say a name like Authorization or X-Token.");
            else if (value.Any(c => c is < ' ' or > '~')) Mistake($"Headers:{header}", "may hold printable ASCII only.");
            else headers[header] = value;
        }

        return headers;
    }

    /// <summary>Shorter than the sender's own time limit, so that the error names this setting.</summary>
    public TimeSpan ReadTimeout()
    {
        var timeout = reader.Duration(Key("Timeout"), Timeout);
        if (timeout >= TimeSpan.FromSeconds(1) && timeout <= TimeSpan.FromSeconds(50)) return timeout;
        Mistake("Timeout", "must be 1s to 50s.");
        return Timeout;
    }

    /// <param name="lists">It can be sent the daily list; else wanting one is a mistake.</param>
    public DestinationTerms Terms(string rate, bool collapse = true, TimeSpan keepAlive = default, bool lists = true)
    {
        var text = Text("RateLimit") ?? rate;
        if (Rate.TryParse(text, out var limit) is { } wrong) reader.Mistake($"{Key("RateLimit")}={text}: {wrong}.");
        RateLimit = limit;
        return new DestinationTerms
        {
            SendResolved = reader.Flag(Key("SendResolved"), true),
            Collapse = reader.Flag(Key("Collapse"), collapse),

            // A service that groups alerts by itself keeps one for each outage.
            AlertPerOutage = !collapse,
            RateLimit = limit,
            KeepAlive = keepAlive,
            DailySummary = DailySummary(lists),
        };
    }

    private TimeOnly? DailySummary(bool lists)
    {
        const string setting = "DailySummary";
        if (Text(setting) is not { } own) return lists ? TimeOfDay.Read(reader, TimeOfDay.DailySummary, "09:00") : null;
        var at = TimeOfDay.Read(reader, Key(setting), own);
        if (lists || at is null) return at;
        Mistake(setting, "must be off or left out: this type keeps alerts, and a list is not an alert.");
        return null;
    }

    public T? Try<T>(Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (StartupException exception)
        {
            reader.Mistake(exception.Message);
            return null;
        }
    }

    [GeneratedRegex(@"\A[A-Za-z0-9!#$%&'*+.^_`|~-]+\z")]
    private static partial Regex HeaderName();
}
