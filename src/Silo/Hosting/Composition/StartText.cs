using IoTOrleans.Events.Machine;
using IoTOrleans.Silo.Api.Access;
using IoTOrleans.Silo.Hosting.Commands;
using IoTOrleans.Silo.Hosting.Lan;

namespace IoTOrleans.Silo.Hosting.Composition;

/// <summary>What the terminal shows at start: where to look, what is watched, where notifications go, and when.</summary>
internal static partial class StartText
{
    /// <summary>A good start is faster than this, also on a slow machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    public static void SayWhereToLook(this WebApplication app, SiloSettings settings, LocalNetwork? lan)
    {
        var (started, said) = (app.Lifetime.ApplicationStarted, false);
        var sync = new Lock();
        started.Register(() =>
        {
            lock (sync) Say(said ? Watching : Compose(Watching, app, settings, lan));
        });
        _ = SayEarly();

        void Say(string text)
        {
            if (settings.Telemetry.LogFormat == LogFormat.Json) LogText(app.Logger, text);
            else Terminal.Say(text);
        }

        async Task SayEarly()
        {
            await Task.Delay(Patience, TimeProvider.System, started).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lock (sync)
            {
                if (started.IsCancellationRequested || app.Lifetime.ApplicationStopping.IsCancellationRequested) return;
                said = true;
                var waiting = $"IoTOrleans {Usage.Version} is starting: it waits for {Awaited(settings)}.";
                Say(Compose(waiting, app, settings, lan));
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "{Text}")]
    private static partial void LogText(ILogger logger, string text);

    private static string Watching => $"IoTOrleans {Usage.Version} is watching.";

    private static string Awaited(SiloSettings settings) => settings.Storage == StorageProvider.DynamoDB
        ? $"DynamoDB, or for the other silos of the cluster {settings.Orleans.ClusterId}" : "its storage";

    private static string Compose(string first, WebApplication app, SiloSettings settings, LocalNetwork? lan)
    {
        var own = OwnAddresses.Find();
        IReadOnlyList<string> listening = app.Urls.Count > 0 ? [.. app.Urls] : ListenAddresses.From(app.Configuration);
        var urls = ListenAddresses.ToShow(listening, own);
        var url = urls.Count > 0 ? urls[0] : ListenAddresses.Default;
        var verifiers = app.Services.GetServices<IConnectionVerifier>().Select(verifier => verifier.Name).ToList();
        var destinations = app.Services.GetServices<INotificationDestination>().Select(destination => destination.Name);
        List<string> lines =
        [
            first,
            $"  Look      {url}/   {url}/devices/<thing name>   {url}/dashboard   {url}/health/ready",
            .. urls.Count > 1 ? [$"            also at {string.Join(", ", urls.Skip(1))}"] : Array.Empty<string>(),
            $"  Storage   {Storage(settings)}",
            $"  Events    {string.Join(", ", Events(settings, own))}",
            $"  Verifier  {(verifiers.Count == 0 ? "none" : string.Join(", ", verifiers))}",
            $"  Tells     {string.Join(", ", destinations)} ({settings.Culture}, {settings.TimeZone.Id})",
            $"  Grace     {Grace(settings)}",
        ];
        if (settings.Storage == StorageProvider.DynamoDB) lines.Add($"  Silos     {Silos(settings.Orleans)}");
        if (app.Services.GetRequiredService<FileGauge>() is { Limit: { } limit, Room: { } room })
            lines.Add($"  Files     {limit} may be open at once: room for {room} connections");
        var access = app.Services.GetRequiredService<AccessCheckOptions>();
        if (listening.Any(address => !ListenAddresses.IsLoopback(address))) lines.Add($"  Access    {Access(access.HostNames)}");
        lines.AddRange(lan?.Lines ?? []);
        lines.AddRange(settings.Unknown.Select(key => $"  {SiloSettings.IsIgnored(key)}"));
        return string.Join(Environment.NewLine, lines);
    }

    private static string Access(IReadOnlyList<string> names) => names.Count == 0
        ? "other machines reach this one by its address only, until AllowedHosts names it as they call it"
        : $"other machines may call this one by its address, or {string.Join(", ", names)}";

    /// <summary>With the addresses at which devices reach it.</summary>
    private static string Broker(MqttSettings mqtt, IReadOnlyList<IPAddress> own)
    {
        var encrypted = mqtt.CertificateFile is not null;
        var exposed = !encrypted && !IPAddress.IsLoopback(IPAddress.Parse(mqtt.Address)) ? "; not encrypted" : "";
        var addresses = OwnAddresses.OfBroker(mqtt, own).Select(address => $"{(encrypted ? "mqtts://" : "")}{address}");
        return $"MQTT broker on {string.Join(", ", addresses)} (a client id is a thing name{exposed})";
    }

    private static string Storage(SiloSettings settings) => settings.Storage switch
    {
        StorageProvider.Sqlite => $"SQLite file {settings.SqlitePath}",
        StorageProvider.Memory => "memory only: everything is forgotten when this process ends",
        _ => $"DynamoDB tables {settings.DynamoDB.TablePrefix}GrainState, …Reminders, …Membership (cluster {settings.Orleans.ClusterId})",
    };

    private static string Silos(OrleansSettings orleans) => orleans.Tls is { } tls
        ? $"port {orleans.SiloPort} with mutual TLS: only for silos whose certificate {tls.CaFile} has signed"
        : $"port {orleans.SiloPort} without TLS: whoever reaches it owns the fleet, the ClusterId is no key (docs/cluster.md)";

    private static IEnumerable<string> Events(SiloSettings settings, IReadOnlyList<IPAddress> own)
    {
        if (settings.QueueUrl is not null) yield return $"SQS queue {settings.QueueUrl}";
        if (settings.ErrorQueueUrl is not null) yield return $"error queue {settings.ErrorQueueUrl}";
        if (settings.Mqtt.Port > 0) yield return Broker(settings.Mqtt, own);
        if (settings.HttpEvents) yield return "POST /events";
        if (settings is { QueueUrl: null, Mqtt.Port: 0, HttpEvents: false })
            yield return "none: set Events:Sqs:QueueUrl, or nothing will ever come in";
    }

    internal static string Grace(SiloSettings settings)
    {
        var (presence, policy) = (settings.Presence, settings.Presence.DefaultPolicy);
        var hold = policy.RecoveryHold == TimeSpan.Zero ? "at once" : $"when it has lasted {Duration.InWords(policy.RecoveryHold)}";
        var policies = presence.Policies.Count switch
        {
            0 => "",
            1 => "; one policy differs for some things",
            var several => $"; {several} policies differ for some things",
        };
        var settling = presence.Policies
            .Where(some => some.Policy.Grace is not null || some.Policy.SettleTime is not null)
            .Select(some => (some.Match, Grace: some.Policy.Grace ?? policy.Grace, Settle: some.Policy.SettleTime ?? policy.SettleTime))
            .Where(some => some.Settle > some.Grace)
            .Select(some => $"; {some.Match}: {Away(some.Grace, some.Settle)}");
        return $"you are notified about a thing that stays away for {Away(policy.Grace, policy.SettleTime)}, and about its return "
            + $"{hold}{policies}{string.Concat(settling)}";
    }

    /// <summary>Explains a settle time that is longer than the grace, which delays notifications.</summary>
    private static string Away(TimeSpan grace, TimeSpan settle) => settle <= grace
        ? Duration.InWords(grace) : $"{Duration.InWords(settle)} (SettleTime, longer than the grace of {Duration.InWords(grace)})";
}
