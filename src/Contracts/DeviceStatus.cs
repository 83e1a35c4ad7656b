namespace IoTOrleans.Contracts;

/// <summary>What <c>GET /devices/{thingName}</c> answers. All times are UTC.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.DeviceStatus")]
public sealed record DeviceStatus
{
    /// <summary>AWS IoT thing name; the client ID for lifecycle events without one, and for the embedded broker.</summary>
    [Id(0)] public required string ThingName { get; init; }

    [Id(1)] public required PresenceStatus Status { get; init; }

    /// <summary>Null while <see cref="Status"/> is unknown.</summary>
    [Id(2)] public bool? Connected { get; init; }

    [Id(3)] public DateTimeOffset? Since { get; init; }

    /// <summary>When somebody will be notified; only in grace.</summary>
    [Id(4)] public DateTimeOffset? GraceEndsAt { get; init; }

    /// <summary>When the first destination accepted the notification of the running outage.</summary>
    [Id(5)] public DateTimeOffset? NotifiedAt { get; init; }

    [Id(6)] public string? DisconnectReason { get; init; }

    [Id(7)] public DateTimeOffset? LastEventAt { get; init; }

    [Id(8)] public string? OutageId { get; init; }

    [Id(9)] public int OutagesSuppressed { get; init; }

    /// <summary>Notifications that at least one destination accepted.</summary>
    [Id(10)] public int NotificationsSent { get; init; }

    [Id(11)] public required IReadOnlyDictionary<string, string> Attributes { get; init; }

    [Id(20)] public required IReadOnlyList<string> MutedBy { get; init; }

    /// <summary>The first drop of the burst, while the thing is flapping.</summary>
    [Id(12)] public DateTimeOffset? FlappingSince { get; init; }

    [Id(13)] public required DevicePolicy Policy { get; init; }

    /// <summary>The incident that notified somebody of the running outage; null: a notification of its own did, or nothing yet.</summary>
    [Id(21)] public string? IncidentId { get; init; }

    /// <summary>Names of the destinations that accepted the first notification of the running outage.</summary>
    [Id(22)] public IReadOnlyList<string> NotifiedTo { get; init; } = [];

    /// <summary>What the verifier said of the running outage; null: there is no verdict yet.</summary>
    [Id(23)] public Verification? Verification { get; init; }

    /// <summary>AWS IoT refused to let the thing connect during the running outage; null: not that we know.</summary>
    [Id(24)] public RefusedConnects? Refused { get; init; }

    /// <summary>When the outage is over, if the connection lasts; only while recovering.</summary>
    [Id(25)] public DateTimeOffset? HoldEndsAt { get; init; }

    /// <summary>The running outage is no disconnect: the thing is expected, and no event of it has come in.</summary>
    [Id(26)] public bool NeverSeen { get; init; }
}

/// <summary>Connect failures during an outage: there were at least so many.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.RefusedConnects")]
public sealed record RefusedConnects
{
    [Id(0)] public required int Count { get; init; }

    /// <summary>Of the last one.</summary>
    [Id(1)] public string? Reason { get; init; }

    /// <summary>When the first one happened.</summary>
    [Id(2)] public required DateTimeOffset Since { get; init; }
}

[GenerateSerializer, Alias("IoTOrleans.PresenceStatus")]
public enum PresenceStatus
{
    /// <summary>No event has said yet whether it is connected.</summary>
    Unknown = 0,

    Connected = 1,

    /// <summary>Disconnected, and nobody is notified yet.</summary>
    Grace = 2,

    /// <summary>Disconnected for longer than its grace; notifications are out or on their way.</summary>
    Offline = 3,

    /// <summary>Back after a notified outage, which ends when the connection has lasted.</summary>
    Recovering = 4,
}
