using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Grains.Incidents;

/// <summary>A notification that asks to be sent, with no more of it than an incident needs.</summary>
internal sealed record Member
{
    public required string ThingName { get; init; }

    public required string OutageId { get; init; }

    public required NotificationEvent Event { get; init; }

    public int Sequence { get; init; }

    public required string Key { get; init; }

    /// <summary>48 bits: among 20,000 members of a batch one in ten thousand million is taken for another.</summary>
    public required long Hash { get; init; }

    public required DateTimeOffset Since { get; init; }

    public DateTimeOffset? BackAt { get; init; }

    /// <summary>When it fell due: the same however often it asks.</summary>
    public required DateTimeOffset Due { get; init; }

    public string? Reason { get; init; }

    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();

    public string? IncidentId { get; init; }

    public bool ReturnIsTold { get; init; }

    public bool Joins => Event == NotificationEvent.DeviceOffline;

    public bool Returns => Event == NotificationEvent.DeviceRecovered;

    /// <summary>Its outage was over before anybody could be told: it is a member, and back at once.</summary>
    public bool IsLate => Joins && BackAt is not null && ReturnIsTold;

    /// <summary>The hash that its return will have.</summary>
    public long ReturnHash => HashOf($"{OutageId}.{NotificationEvent.DeviceRecovered.Name()}");

    public static Member Of(Notification notification, IncidentTerms terms) => new()
    {
        ThingName = notification.ThingName,
        OutageId = notification.OutageId,
        Event = notification.Event,
        Sequence = notification.Sequence,
        Key = notification.Key,
        Hash = HashOf(notification.Key),
        Since = notification.Since,
        BackAt = notification.RecoveredAt,
        Due = notification.Event == NotificationEvent.DeviceRecovered && notification.RecoveredAt is { } back
            ? back + notification.RecoveryHold
            : notification.DetectedAt,
        Reason = notification.DisconnectReason,
        Attributes = notification.Attributes,
        IncidentId = notification.IncidentId,
        ReturnIsTold = notification.ReturnIsTold && terms.Destination.SendResolved,
    };

    private static long HashOf(string key)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(key), hash);
        return BinaryPrimitives.ReadInt64BigEndian(hash) >>> 16;
    }
}
