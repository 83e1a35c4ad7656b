using IoTOrleans.Events.Mqtt;
using IoTOrleans.Grains.Incidents;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Presence;
using IoTOrleans.Grains.Rounds;
using IoTOrleans.Notifications.Heartbeat;
using IoTOrleans.Notifications.Settings;

namespace IoTOrleans.Silo.Hosting.Settings;

internal enum StorageProvider
{
    Sqlite,
    DynamoDB,
    Memory,
}

/// <summary>What is written on the console.</summary>
internal enum LogFormat
{
    Lines,
    Json,
}

internal enum VerifyWith
{
    Auto,
    Connection,
    Shadow,
    None,
}

/// <summary>All settings, read and checked once, before anything is started. Their meaning: docs/settings.md.</summary>
/// <param name="Destinations">Never empty.</param>
/// <param name="Heartbeat">Null: none is set up.</param>
/// <param name="Unknown">Settings that are set and not known, usually typing errors.</param>
internal sealed record SiloSettings(
    PresenceOptions Presence,
    IncidentOptions Incidents,
    RoundOptions Rounds,
    StorageProvider Storage,
    string SqlitePath,
    DynamoDBSettings DynamoDB,
    ThingsSettings Things,
    string? QueueUrl,
    string? ErrorQueueUrl,
    MqttSettings Mqtt,
    bool HttpEvents,
    IReadOnlyList<DestinationSettings> Destinations,
    HeartbeatSettings? Heartbeat,
    TimeZoneInfo TimeZone,
    string Culture,
    Uri? ExternalUrl,
    VerifyWith VerifyWith,
    string? ShadowName,
    int VerifyMaxPerSecond,
    TelemetrySettings Telemetry,
    AuthSettings Auth,
    OrleansSettings Orleans,
    IReadOnlyList<string> Unknown)
{
    public static string IsIgnored(string unknown) => $"Unknown setting {unknown} is ignored: a typing error?";

    public bool VerifiesByAws =>
        VerifyWith is VerifyWith.Connection or VerifyWith.Shadow || (VerifyWith == VerifyWith.Auto && QueueUrl is not null);

    public bool VerifiesByBroker => VerifyWith != VerifyWith.None && Mqtt.Port > 0;
}

/// <param name="Most">How many things there may be; 0: any number.</param>
internal sealed record ThingsSettings(IReadOnlyList<string> Include, IReadOnlyList<string> Exclude, int Most);

internal sealed record DynamoDBSettings(string TablePrefix, bool CreateTables);

internal sealed record MqttSettings(int Port, string Address, string? Username, string? Password)
{
    public string? CertificateFile { get; init; }

    public string? KeyFile { get; init; }

    public string? ClientCaFile { get; init; }

    public string? UsersFile { get; init; }

    public void CopyTo(MqttBrokerOptions options)
    {
        (options.Address, options.Port, options.Username, options.Password) = (Address, Port, Username, Password);
        (options.CertificateFile, options.KeyFile) = (CertificateFile, KeyFile);
        (options.ClientCaFile, options.UsersFile) = (ClientCaFile, UsersFile);
    }
}

/// <param name="Sends">By OTLP, wherever the standard variables of OpenTelemetry say.</param>
/// <param name="ThingNames">Spans may name things.</param>
internal sealed record TelemetrySettings(bool Sends, bool ThingNames, LogFormat LogFormat);

/// <param name="Tls">Null: silos talk without it.</param>
internal sealed record OrleansSettings(
    string ClusterId, string ServiceId, int SiloPort, int GatewayPort, string? AdvertisedAddress, SiloTlsSettings? Tls);
