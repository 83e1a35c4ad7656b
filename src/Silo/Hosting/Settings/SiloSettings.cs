using IoTOrleans.Grains.Incidents;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Presence;
using IoTOrleans.Grains.Rounds;
using IoTOrleans.Notifications.Settings;

namespace IoTOrleans.Silo.Hosting.Settings;

internal enum StorageProvider
{
    Sqlite,
    DynamoDB,
    Memory,
}

internal enum VerifyWith
{
    Auto,
    Shadow,
    None,
}

/// <summary>All settings, read and checked once, before anything is started. Their meaning: docs/settings.md.</summary>
internal sealed record SiloSettings
{
    public required PresenceOptions Presence { get; init; }

    public required IncidentOptions Incidents { get; init; }

    public required RoundOptions Rounds { get; init; }

    public required StorageProvider Storage { get; init; }

    public required string SqlitePath { get; init; }

    public required DynamoDBSettings DynamoDB { get; init; }

    public required ThingsSettings Things { get; init; }

    public string? QueueUrl { get; init; }

    public required MqttSettings Mqtt { get; init; }

    public required bool HttpEvents { get; init; }

    /// <summary>Who is told; never empty.</summary>
    public required IReadOnlyList<DestinationSettings> Destinations { get; init; }

    public required TimeZoneInfo TimeZone { get; init; }

    public required string Culture { get; init; }

    public Uri? ExternalUrl { get; init; }

    public required VerifyWith VerifyWith { get; init; }

    public string? ShadowName { get; init; }

    public required int VerifyMaxPerSecond { get; init; }

    public string? ApiKey { get; init; }

    public required bool AllowAnonymous { get; init; }

    public required OrleansSettings Orleans { get; init; }

    /// <summary>What was set and is not known: said at start, since it is most often a typing error.</summary>
    public required IReadOnlyList<string> Unknown { get; init; }

    public static string IsIgnored(string unknown) => $"Unknown setting {unknown} is ignored: a typing error?";

    public bool VerifiesByShadow => VerifyWith == VerifyWith.Shadow || (VerifyWith == VerifyWith.Auto && QueueUrl is not null);

    public bool VerifiesByBroker => VerifyWith != VerifyWith.None && Mqtt.Port > 0;
}

/// <param name="Include">Globs; empty: all.</param>
/// <param name="Exclude">Globs; of those that are included.</param>
internal sealed record ThingsSettings(IReadOnlyList<string> Include, IReadOnlyList<string> Exclude);

internal sealed record DynamoDBSettings(string TablePrefix, bool CreateTables);

internal sealed record MqttSettings(int Port, string Address, string? Username, string? Password);

internal sealed record OrleansSettings(string ClusterId, string ServiceId, int SiloPort, int GatewayPort, string? AdvertisedAddress);
