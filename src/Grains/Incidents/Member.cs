using System.Buffers.Binary;
using System.Security.Cryptography;

namespace IoTOrleans.Grains.Incidents;

/// <summary>What an incident needs of a notification that asks to be sent.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.Member")]
internal sealed record Member
{
    /// <summary>In the reasons of an incident.</summary>
    internal const string NeverSeen = "NEVER_SEEN";

    [Id(0)] public required string ThingName { get; init; }

    [Id(1)] public required string OutageId { get; init; }

    [Id(2)] public required NotificationEvent Event { get; init; }

    [Id(3)] public int Sequence { get; init; }

    /// <summary>64 bits of the hash of the key. In one of twenty million storms of a million things, two are the same.</summary>
    [Id(4)] public required long Hash { get; init; }

    [Id(5)] public required DateTimeOffset Since { get; init; }

    [Id(6)] public DateTimeOffset? BackAt { get; init; }

    /// <summary>When it fell due: the same each time it asks.</summary>
    [Id(7)] public required DateTimeOffset Due { get; init; }

    [Id(8)] public string? Reason { get; init; }

    [Id(9)] public required IReadOnlyDictionary<string, string> Attributes { get; init; }

    [Id(10)] public string? IncidentId { get; init; }

    [Id(11)] public bool ReturnIsTold { get; init; }

    /// <summary>It was read a while ago: good enough to ask again, not to ask for the first time.</summary>
    [Id(12)] public bool Stale { get; init; }

    public bool Joins => Event is NotificationEvent.DeviceOffline or NotificationEvent.DeviceNeverSeen;

    public bool Returns => Event == NotificationEvent.DeviceRecovered;

    /// <summary>Its thing was forgotten.</summary>
    public bool Leaves => Event == NotificationEvent.DeviceRemoved;

    /// <summary>Its outage ended before anybody could be told: it joins and is back at once.</summary>
    public bool IsLate => Joins && BackAt is not null && ReturnIsTold;

    /// <summary>Of the notification that its outage began with, whichever that was: the end does not tell.</summary>
    public long OutageHash => HashOf($"{OutageId}.{NotificationEvent.DeviceOffline.Name()}");

    public long ReturnHash => HashOf($"{OutageId}.{NotificationEvent.DeviceRecovered.Name()}");

    public static Member Of(Notification notification, DestinationTerms destination, bool stale = false) => new()
    {
        ThingName = notification.ThingName,
        OutageId = notification.OutageId,
        Event = notification.Event,
        Sequence = notification.Sequence,
        Hash = HashOf((notification.Event == NotificationEvent.DeviceNeverSeen
            ? notification with { Event = NotificationEvent.DeviceOffline } : notification).Key),
        Since = notification.Since,
        BackAt = notification.RecoveredAt,
        Due = notification.Event == NotificationEvent.DeviceRecovered && notification.RecoveredAt is { } back
            ? back + notification.RecoveryHold
            : notification.DetectedAt,
        Reason = notification.Event == NotificationEvent.DeviceNeverSeen ? NeverSeen : notification.DisconnectReason,
        Attributes = notification.Attributes,
        IncidentId = notification.IncidentId,
        ReturnIsTold = notification.ReturnIsTold && destination.SendResolved,
        Stale = stale,
    };

    private static long HashOf(string key) => BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
