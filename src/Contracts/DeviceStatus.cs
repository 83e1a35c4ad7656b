namespace IoTOrleans.Contracts;

/// <summary>What <c>GET /devices/{thingName}</c> answers. All times are UTC.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.DeviceStatus")]
public sealed record DeviceStatus
{
    /// <summary>AWS IoT thing name; for lifecycle events without one, and for the embedded broker, the client id.</summary>
    [Id(0)] public required string ThingName { get; init; }

    [Id(1)] public required PresenceStatus Status { get; init; }

    /// <summary>The last thing known of the connection; null while <see cref="Status"/> is unknown.</summary>
    [Id(2)] public bool? Connected { get; init; }

    /// <summary>The last real change of <see cref="Connected"/>.</summary>
    [Id(3)] public DateTimeOffset? Since { get; init; }

    /// <summary>When somebody will be told; only in grace.</summary>
    [Id(4)] public DateTimeOffset? GraceEndsAt { get; init; }

    /// <summary>When the first destination accepted the notification of the running outage.</summary>
    [Id(5)] public DateTimeOffset? NotifiedAt { get; init; }

    /// <summary>AWS IoT's <c>disconnectReason</c> of the running outage.</summary>
    [Id(6)] public string? DisconnectReason { get; init; }

    /// <summary>Time of the last event that was applied.</summary>
    [Id(7)] public DateTimeOffset? LastEventAt { get; init; }

    /// <summary>Id of the running outage, the same in every notification about it.</summary>
    [Id(8)] public string? OutageId { get; init; }

    /// <summary>Outages that ended without anyone being told.</summary>
    [Id(9)] public int OutagesSuppressed { get; init; }

    /// <summary>Notifications that at least one destination accepted.</summary>
    [Id(10)] public int NotificationsSent { get; init; }

    [Id(11)] public required IReadOnlyDictionary<string, string> Attributes { get; init; }

    /// <summary>Ids of the mutes that hold for it now.</summary>
    [Id(20)] public required IReadOnlyList<string> MutedBy { get; init; }

    /// <summary>The first drop of the burst, while the thing is flapping.</summary>
    [Id(12)] public DateTimeOffset? FlappingSince { get; init; }

    [Id(13)] public required DevicePolicy Policy { get; init; }

    /// <summary>The incident by which somebody was told of the running outage; null: by a notification of its own, or nobody yet.</summary>
    [Id(21)] public string? IncidentId { get; init; }
}

[GenerateSerializer, Alias("IoTOrleans.PresenceStatus")]
public enum PresenceStatus
{
    /// <summary>Heard of, but never that it connected or disconnected.</summary>
    Unknown = 0,

    Connected = 1,

    /// <summary>Disconnected, and nobody told yet.</summary>
    Grace = 2,

    /// <summary>Disconnected for longer than its grace; whoever is to be told has been told or is being told.</summary>
    Offline = 3,

    /// <summary>Back after a told outage; the outage ends when the connection has held.</summary>
    Recovering = 4,
}
