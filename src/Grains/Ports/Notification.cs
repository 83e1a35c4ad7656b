namespace IoTOrleans.Grains.Ports;

/// <summary>The facts of one notification; each destination makes its own words and bytes of them.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.Notification")]
public sealed record Notification
{
    [Id(0)] public required NotificationEvent Event { get; init; }

    [Id(1)] public required string ThingName { get; init; }

    [Id(2)] public required string OutageId { get; init; }

    /// <summary>Which <c>device.still_offline</c> of this outage, from 1; 0 for all others.</summary>
    [Id(3)] public int Sequence { get; init; }

    /// <summary>When the thing disconnected.</summary>
    [Id(4)] public required DateTimeOffset Since { get; init; }

    /// <summary>When the outage had outlasted its grace.</summary>
    [Id(5)] public required DateTimeOffset DetectedAt { get; init; }

    /// <summary>When it came back, if it has: also on an offline notification that comes late.</summary>
    [Id(6)] public DateTimeOffset? RecoveredAt { get; init; }

    /// <summary>From the disconnect to the reconnect, or else to now.</summary>
    [Id(7)] public required TimeSpan Duration { get; init; }

    [Id(8)] public required TimeSpan Grace { get; init; }

    [Id(9)] public string? DisconnectReason { get; init; }

    [Id(10)] public Verification Verification { get; init; }

    [Id(11)] public required IReadOnlyDictionary<string, string> Attributes { get; init; }

    /// <summary>Reconnects within this outage that did not hold.</summary>
    [Id(12)] public int ShortReturns { get; init; }

    /// <summary>The reconnect has held for this long.</summary>
    [Id(13)] public TimeSpan RecoveryHold { get; init; }

    /// <summary>When somebody first accepted the news of this outage.</summary>
    [Id(14)] public DateTimeOffset? NotifiedAt { get; init; }

    /// <summary>Durations of the thing's outages so far, as <see cref="DeviceState.Durations"/>.</summary>
    [Id(15)] public IReadOnlyList<int> Durations { get; init; } = [];

    /// <summary>The policy's glob that decided, null for the default.</summary>
    [Id(16)] public string? PolicyMatch { get; init; }

    /// <summary>Asked for by a person: <c>POST /notifications/test</c>.</summary>
    [Id(17)] public bool IsTest { get; init; }

    /// <summary>
    /// The thing was connected when the broker stopped and has not come back since its start: there was no disconnect to see.
    /// </summary>
    [Id(18)] public bool FoundAtStart { get; init; }

    /// <summary>Drops that ended within their grace; only where the thing is flapping or was.</summary>
    [Id(20)] public int Drops { get; init; }

    /// <summary>The incident by which this destination was told of the outage; null: by a notification of its own, or not yet.</summary>
    [Id(30)] public string? IncidentId { get; init; }

    /// <summary>There will be a <c>device.recovered</c>.</summary>
    [Id(31)] public bool ReturnIsTold { get; init; } = true;

    /// <summary>Names the notification over all repeats: <c>{outageId}.{event}[.{n}]</c>.</summary>
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

    /// <summary>
    /// About ourselves: for minutes we have not known what happened. <see cref="Notification.ThingName"/> is the cluster's name then.
    /// </summary>
    WatcherBlind = 5,
    WatcherOk = 6,

    /// <summary>The thing was forgotten: nobody will say that it is back.</summary>
    DeviceRemoved = 7,
}

public static class NotificationEventNames
{
    /// <summary>The name on the wire.</summary>
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
        _ => throw new ArgumentOutOfRangeException(nameof(notificationEvent), notificationEvent, null),
    };

    /// <summary>It is the end of what an earlier notification with the same id began: services that keep alerts close theirs.</summary>
    public static bool IsEnd(this NotificationEvent notificationEvent) =>
        notificationEvent is NotificationEvent.DeviceRecovered or NotificationEvent.DeviceSteady
            or NotificationEvent.DeviceRemoved or NotificationEvent.WatcherOk;

    /// <summary>About no thing, but about the service itself.</summary>
    public static bool IsOfWatcher(this NotificationEvent notificationEvent) =>
        notificationEvent is NotificationEvent.WatcherBlind or NotificationEvent.WatcherOk;
}
