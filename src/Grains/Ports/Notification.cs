namespace IoTOrleans.Grains.Ports;

/// <summary>The facts of one notification. Each destination makes its own text of them.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.Notification")]
public sealed record Notification
{
    [Id(0)] public required NotificationEvent Event { get; init; }

    [Id(1)] public required string ThingName { get; init; }

    [Id(2)] public required string OutageId { get; init; }

    /// <summary>Which <c>device.still_offline</c> of this outage, from 1; 0 for all others.</summary>
    [Id(3)] public int Sequence { get; init; }

    [Id(4)] public required DateTimeOffset Since { get; init; }

    /// <summary>When the outage had outlasted its grace.</summary>
    [Id(5)] public required DateTimeOffset DetectedAt { get; init; }

    /// <summary>When it came back; also set in an offline notification that comes late.</summary>
    [Id(6)] public DateTimeOffset? RecoveredAt { get; init; }

    /// <summary>From the disconnect to the reconnect, or else to now.</summary>
    [Id(7)] public required TimeSpan Duration { get; init; }

    [Id(8)] public required TimeSpan Grace { get; init; }

    [Id(9)] public string? DisconnectReason { get; init; }

    [Id(10)] public Verification Verification { get; init; }

    [Id(11)] public required IReadOnlyDictionary<string, string> Attributes { get; init; }

    /// <summary>Reconnects within this outage that did not last.</summary>
    [Id(12)] public int ShortReturns { get; init; }

    /// <summary>The reconnect has lasted for this long.</summary>
    [Id(13)] public TimeSpan RecoveryHold { get; init; }

    /// <summary>When the first destination accepted this outage.</summary>
    [Id(14)] public DateTimeOffset? NotifiedAt { get; init; }

    /// <summary>Durations of the thing's outages so far, as <see cref="DeviceState.Durations"/>.</summary>
    [Id(15)] public IReadOnlyList<int> Durations { get; init; } = [];

    /// <summary>The glob of the policy in effect; null: the default.</summary>
    [Id(16)] public string? PolicyMatch { get; init; }

    /// <summary>Sent by <c>POST /notifications/test</c>.</summary>
    [Id(17)] public bool IsTest { get; init; }

    /// <summary>The thing was connected when the broker stopped and has not come back since: no disconnect was seen.</summary>
    [Id(18)] public bool FoundAtStart { get; init; }

    /// <summary>Drops that ended within their grace; only for flapping.</summary>
    [Id(20)] public int Drops { get; init; }

    /// <summary>The incident that told this destination of the outage; null: a notification of its own, or none yet.</summary>
    [Id(30)] public string? IncidentId { get; init; }

    /// <summary>A <c>device.recovered</c> will follow.</summary>
    [Id(31)] public bool ReturnIsTold { get; init; } = true;

    /// <summary>Null: not known.</summary>
    [Id(36)] public LastHeard? LastHeard { get; init; }

    /// <summary>The outage began with <c>device.never_seen</c>: <see cref="Since"/> is when the thing was first expected.</summary>
    [Id(40)] public bool NeverSeen { get; init; }

    /// <summary>The end of the grace, or of the recovery hold; null: this event has no deadline.</summary>
    [Id(41)] public DateTimeOffset? DueAt { get; init; }

    /// <summary>AWS IoT refused to let the thing connect during the outage; null: not that we know.</summary>
    [Id(34)] public ConnectFailures? Refused { get; init; }

    /// <summary>When this is sent, the thing itself included; null: not known, or not to be said.</summary>
    [Id(42)] public FleetNumbers? Fleet { get; init; }

    /// <summary>The same in all repeats: <c>{outageId}.{event}[.{n}]</c>.</summary>
    public string Key => Sequence == 0 ? $"{OutageId}.{Event.Name()}" : $"{OutageId}.{Event.Name()}.{Sequence}";
}

[GenerateSerializer, Alias("IoTOrleans.NotificationEvent")]
public enum NotificationEvent
{
    DeviceOffline = 0,
    DeviceStillOffline = 1,
    DeviceRecovered = 2,
    DeviceFlapping = 3,
    DeviceSteady = 4,

    /// <summary>The service is blind. <see cref="Notification.ThingName"/> is the cluster's name.</summary>
    WatcherBlind = 5,
    WatcherOk = 6,

    /// <summary>The thing was forgotten: no return will follow.</summary>
    DeviceRemoved = 7,

    /// <summary>The thing was expected, and no event of it has come in.</summary>
    DeviceNeverSeen = 8,
}

public static class NotificationEventNames
{
    public static string Name(this NotificationEvent notificationEvent) => notificationEvent switch
    {
        NotificationEvent.DeviceOffline => "device.offline",
        NotificationEvent.DeviceStillOffline => "device.still_offline",
        NotificationEvent.DeviceRecovered => "device.recovered",
        NotificationEvent.DeviceFlapping => "device.flapping",
        NotificationEvent.DeviceSteady => "device.steady",
        NotificationEvent.WatcherBlind => "watcher.blind",
        NotificationEvent.WatcherOk => "watcher.ok",
        NotificationEvent.DeviceRemoved => "device.removed",
        NotificationEvent.DeviceNeverSeen => "device.never_seen",
        _ => throw new ArgumentOutOfRangeException(nameof(notificationEvent), notificationEvent, null),
    };

    /// <summary>It ends what an earlier notification with the same ID began: services that keep alerts close theirs.</summary>
    public static bool IsEnd(this NotificationEvent notificationEvent) =>
        notificationEvent is NotificationEvent.DeviceRecovered or NotificationEvent.DeviceSteady
            or NotificationEvent.DeviceRemoved or NotificationEvent.WatcherOk;

    /// <summary>About the service itself.</summary>
    public static bool IsOfWatcher(this NotificationEvent notificationEvent) =>
        notificationEvent is NotificationEvent.WatcherBlind or NotificationEvent.WatcherOk;
}
