using IoTOrleans.DynamoDB;
using IoTOrleans.Grains.Incidents;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Presence;
using IoTOrleans.Grains.Rounds;
using IoTOrleans.Notifications.Heartbeat;
using IoTOrleans.Notifications.Settings;

namespace IoTOrleans.Silo.Hosting.Settings;

/// <summary>Reads <see cref="SiloSettings"/> from configuration, and lists all mistakes at once.</summary>
internal static class ReadSettings
{
    private const int MostThings = 1_000_000;

    private const string Auth = "Auth";

    private static readonly string[] Sections = ["Presence", "Things", "Storage", "Events", "Notifications", "Verify", "Telemetry"];

    public static SiloSettings From(IConfiguration configuration, Func<SiloSettings, IEnumerable<string>>? look = null)
    {
        var reader = new SettingsReader(configuration);
        ExpandCertificatePaths(reader, configuration);
        var storage = reader.Choice("Storage:Provider", StorageProvider.Sqlite);
        var embedded = storage != StorageProvider.DynamoDB;
        var mqtt = ReadMqtt(reader, embedded);
        var verifyMaxPerSecond = reader.Number("Verify:MaxPerSecond", 200, 1, 100_000);
        var settings = new SiloSettings(
            Presence: ReadPresence(reader),
            Incidents: ReadIncidents(reader),
            Rounds: ReadRounds(reader, verifyMaxPerSecond),
            Storage: storage,
            SqlitePath: SqlitePath(reader),
            DynamoDB: ReadDynamoDB(reader, configuration),
            Things: new(
                ReadGlobs(reader, "Things:Include"), ReadGlobs(reader, "Things:Exclude"),
                reader.Number("Things:Most", embedded ? MostThings : 0, 0, 100_000_000)),
            QueueUrl: reader.Url("Events:Sqs:QueueUrl")?.AbsoluteUri,
            ErrorQueueUrl: reader.Url("Events:Sqs:ErrorQueueUrl")?.AbsoluteUri,
            Mqtt: mqtt,
            HttpEvents: reader.Flag("Events:Http:Enabled", embedded),
            Destinations: ReadDestinations.From(reader),
            Heartbeat: HeartbeatSettings.From(reader),
            TimeZone: ReadTimeZone(reader),
            Culture: ReadCulture(reader),
            ExternalUrl: reader.Url("ExternalUrl"),
            VerifyWith: reader.Choice("Verify:With", VerifyWith.Auto),
            ShadowName: reader.Text("Verify:ShadowName"),
            VerifyMaxPerSecond: verifyMaxPerSecond,
            Telemetry: ReadTelemetry(reader),
            Auth: ReadAuth.From(reader),
            Orleans: ReadOrleans(reader, storage),
            Unknown: [.. reader.Unread([.. Sections, SiloTlsSettings.Section]), .. reader.Misspelt([.. Sections, Auth, "Orleans"])]);

        foreach (var level in configuration.GetSection("Logging").AsEnumerable().Where(pair => pair.Value is not null
            && pair.Key.Contains("LogLevel:", StringComparison.OrdinalIgnoreCase)))
            _ = reader.Choice(level.Key, LogLevel.None);

        foreach (var unknown in reader.Unread(Auth))
        {
            reader.Mistake(
                $"Unknown setting {unknown}: a typing error? Here it could leave the service open; correct it, or leave it out.");
        }

        foreach (var mistake in settings.Presence.Check([.. settings.Destinations.Select(destination => destination.Name)]))
            reader.Mistake(mistake);
        foreach (var mistake in settings.Incidents.Check().Concat(settings.Rounds.Check())) reader.Mistake(mistake);
        Check(settings, reader);
        foreach (var mistake in look?.Invoke(settings) ?? []) reader.Mistake(mistake);
        if (reader.Mistakes.Count == 0) return settings;

        // A service that starts only mentions unknown settings. With mistakes they are listed, too: one may be the cause.
        throw new StartupException(
            string.Join(Environment.NewLine, reader.Mistakes.Distinct().Concat(settings.Unknown.Select(SiloSettings.IsIgnored))));
    }

    /// <summary>ASP.NET Core reads these paths itself and does not expand <c>~/</c>.</summary>
    private static void ExpandCertificatePaths(SettingsReader reader, IConfiguration configuration)
    {
        foreach (var (key, value) in configuration.GetSection("Kestrel").AsEnumerable())
        {
            var isPath = key.EndsWith(":Path", StringComparison.OrdinalIgnoreCase)
                || key.EndsWith(":KeyPath", StringComparison.OrdinalIgnoreCase);
            if (isPath && value?.StartsWith('~') == true) configuration[key] = reader.FilePath(key, value);
        }
    }

    private static void Check(SiloSettings settings, SettingsReader reader)
    {
        if (settings.Storage == StorageProvider.DynamoDB && settings.Mqtt.Port > 0)
            reader.Mistake("Events:Mqtt:Listen:Port: the embedded broker is for one silo with Storage:Provider=Sqlite; set it to 0, or use "
                + "AWS IoT Core and Events:Sqs:QueueUrl.");
        if (settings is { Storage: StorageProvider.DynamoDB, Things.Most: > 0 })
            reader.Mistake($"Things:Most={settings.Things.Most}: with Storage:Provider=DynamoDB nobody counts the things; leave it out.");
        if (settings.Storage != StorageProvider.DynamoDB && settings.Orleans.GatewayPort > 0)
            reader.Mistake($"Orleans:Endpoints:GatewayPort={settings.Orleans.GatewayPort}: a silo that is alone does not use it; "
                + $"leave it out, or use Storage:Provider=DynamoDB.");
        if (settings.ErrorQueueUrl is { } errors && (settings.QueueUrl is null || settings.QueueUrl == errors))
            reader.Mistake($"Events:Sqs:ErrorQueueUrl={errors}: " + (settings.QueueUrl is null
                ? "it is read beside Events:Sqs:QueueUrl, which is not set; set that too, or leave this out."
                : "this is Events:Sqs:QueueUrl too; give the queue of the rules' error action, or leave it out."));
    }

    private static PresenceOptions ReadPresence(SettingsReader reader)
    {
        var presence = new PresenceOptions();
        presence.MaxHold = reader.Duration("Presence:MaxHold", presence.MaxHold);
        presence.Policy = ReadPolicy(reader, "Presence", PolicyFields.All.Where(field => field.HasDefault)).Over(presence.Policy);
        foreach (var item in reader.Items("Presence:Policies"))
        {
            var section = $"Presence:Policies:{item}";
            presence.Policies.Add(
                new() { Match = reader.Text($"{section}:Match", ""), Policy = ReadPolicy(reader, section, PolicyFields.All) });
        }

        return presence;
    }

    private static PolicySettings ReadPolicy(SettingsReader reader, string section, IEnumerable<PolicyField> fields) =>
        fields.Aggregate(new PolicySettings(), (policy, field) => ($"{section}:{field.Name}", field) switch
        {
            (var key, DurationField duration) => duration.Set(policy, reader.Duration(key)),
            (var key, FlagField flag) => flag.Set(policy, reader.Flag(key)),
            (var key, DestinationsField names) => names.Set(policy, reader.List(key, "name somebody, leave it out for everybody, or "
                + "set Muted=true for nobody") is { Count: > 0 } list ? list : null),
            _ => throw new InvalidOperationException($"{field.Name} cannot be read from settings."),
        });

    private static IReadOnlyList<string> ReadGlobs(SettingsReader reader, string key) =>
        reader.List(key, "write a glob, like door-*, or leave it out") ?? [];

    /// <summary>Empty: it is wrong.</summary>
    internal static string SqlitePath(SettingsReader reader)
    {
        var path = reader.FilePath("Storage:Sqlite:Path", Path.Combine("data", "iot-orleans.db"));
        if (path == ":memory:")
            reader.Mistake("Storage:Sqlite:Path=:memory: would be a file of that name: set Storage:Provider=Memory to keep nothing.");
        return path;
    }

    private static IncidentOptions ReadIncidents(SettingsReader reader)
    {
        var incidents = new IncidentOptions();
        incidents.CollapseAbove = reader.Number("Notifications:CollapseAbove", incidents.CollapseAbove, 0, IncidentOptions.MostSingles,
            "to have everything told singly set Collapse=false at the destination");
        incidents.GroupWindow = reader.Duration("Notifications:GroupWindow", incidents.GroupWindow);
        return incidents;
    }

    /// <summary>Deadlines come first: an audit takes a tenth of what the verifier may be asked, an import a quarter.</summary>
    private static RoundOptions ReadRounds(SettingsReader reader, int verifyMaxPerSecond)
    {
        var rounds = new RoundOptions
        {
            AuditPerSecond = Math.Max(1, verifyMaxPerSecond / 10), ImportPerSecond = Math.Max(1, verifyMaxPerSecond / 4),
        };
        rounds.SweepEvery = reader.Duration("Presence:SweepEvery", rounds.SweepEvery);
        rounds.AuditEvery = reader.Duration("Verify:AuditEvery", rounds.AuditEvery);
        return rounds;
    }

    /// <summary>Creates tables by default only at an endpoint that is not AWS; on AWS tables have owners.</summary>
    private static DynamoDBSettings ReadDynamoDB(SettingsReader reader, IConfiguration configuration)
    {
        var elsewhere = !string.IsNullOrEmpty(configuration["AWS_ENDPOINT_URL_DYNAMODB"] ?? configuration["AWS_ENDPOINT_URL"]);
        return new DynamoDBSettings(
            reader.Text("Storage:DynamoDB:TablePrefix", DynamoDBTableOptions.DefaultTablePrefix),
            reader.Flag("Storage:DynamoDB:CreateTables", elsewhere));
    }

    private static MqttSettings ReadMqtt(SettingsReader reader, bool embedded)
    {
        var address = reader.Text("Events:Mqtt:Listen:Address", "127.0.0.1");
        if (address == "localhost") address = "127.0.0.1";
        if (address is "*" or "+") address = "0.0.0.0";
        return new MqttSettings(
            reader.Number("Events:Mqtt:Listen:Port", embedded ? 1883 : 0, 0, 65535), address,
            reader.Text("Events:Mqtt:Listen:Username"), reader.Text("Events:Mqtt:Listen:Password"))
        {
            CertificateFile = reader.OptionalFilePath("Events:Mqtt:Listen:CertificateFile"),
            KeyFile = reader.OptionalFilePath("Events:Mqtt:Listen:KeyFile"),
            ClientCaFile = reader.OptionalFilePath("Events:Mqtt:Listen:ClientCaFile"),
            UsersFile = reader.OptionalFilePath("Events:Mqtt:Listen:UsersFile"),
        };
    }

    private static TimeZoneInfo ReadTimeZone(SettingsReader reader)
    {
        if (reader.Text("Notifications:TimeZone") is not { } name) return LocalZone(reader);
        if (TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)) return zone;
        reader.Mistake($"Notifications:TimeZone={name}: say an IANA name like Asia/Tokyo or Europe/Berlin "
            + "(on a slim image install the package tzdata).");
        return TimeZoneInfo.Utc;
    }

    /// <summary>.NET silently takes UTC for a <c>TZ</c> that it does not understand.</summary>
    private static TimeZoneInfo LocalZone(SettingsReader reader)
    {
        var name = Environment.GetEnvironmentVariable("TZ")?.TrimStart(':');
        if (string.IsNullOrEmpty(name) || OperatingSystem.IsWindows() || name is "UTC0" or "GMT0") return TimeZoneInfo.Local;
        if (name.StartsWith('/') ? File.Exists(name) : TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)
            && zone.BaseUtcOffset == TimeZoneInfo.Local.BaseUtcOffset)
            return TimeZoneInfo.Local;
        reader.Mistake(
            $"TZ={name} is not a time zone that .NET knows: say an IANA name like Asia/Kolkata there, or in Notifications:TimeZone.");
        return TimeZoneInfo.Local;
    }

    private static string ReadCulture(SettingsReader reader)
    {
        var culture = reader.Text("Culture", "en").ToLowerInvariant();
        if (culture is not ("en" or "ja")) reader.Mistake($"Culture={culture}: say en or ja.");
        return culture;
    }

    private static TelemetrySettings ReadTelemetry(SettingsReader reader) => new(
        reader.Url("OTEL_EXPORTER_OTLP_ENDPOINT") is not null, reader.Flag("Telemetry:ThingNames", false), ReadLogFormat(reader));

    /// <summary>In containers something else than a person reads the log.</summary>
    private static LogFormat ReadLogFormat(SettingsReader reader) => reader.Choice(
        "Logging:Console:FormatterName",
        Environment.GetEnvironmentVariable("DOTNET_RUNNING_IN_CONTAINER") is "true" or "1" ? LogFormat.Json : LogFormat.Lines);

    private static OrleansSettings ReadOrleans(SettingsReader reader, StorageProvider storage)
    {
        var advertised = reader.Text("Orleans:Endpoints:AdvertisedIPAddress");
        if (advertised is not null && !IPAddress.TryParse(advertised, out _))
            reader.Mistake($"Orleans:Endpoints:AdvertisedIPAddress={advertised}: say an IP address.");
        return new OrleansSettings(
            reader.Text("Orleans:ClusterId", "iot-orleans"), reader.Text("Orleans:ServiceId", "iot-orleans"),
            reader.Number("Orleans:Endpoints:SiloPort", 11111, 1, 65535), reader.Number("Orleans:Endpoints:GatewayPort", 0, 0, 65535),
            advertised, ReadSiloTls.From(reader, storage));
    }
}
