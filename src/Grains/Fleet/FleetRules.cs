using System.Buffers.Binary;
using System.Security.Cryptography;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Fleet;

/// <summary>What a thing's state means for the fleet.</summary>
internal static class FleetRules
{
    /// <param name="status">Null: forgotten, or nothing is stored.</param>
    public static FleetClass ClassOf(PresenceStatus? status) => status switch
    {
        null => FleetClass.Absent,
        PresenceStatus.Unknown => FleetClass.Unknown,
        _ => FleetClass.Known,
    };

    /// <summary>Whoever looks at a list of things sees no difference.</summary>
    public static bool ShowsSame(DeviceStatus one, DeviceStatus other) =>
        one with
        {
            Attributes = other.Attributes, MutedBy = other.MutedBy, NotifiedTo = other.NotifiedTo, Policy = other.Policy,
        } == other
        && one.MutedBy.SequenceEqual(other.MutedBy) && one.NotifiedTo.SequenceEqual(other.NotifiedTo)
        && one.Attributes.Count == other.Attributes.Count && !one.Attributes.Except(other.Attributes).Any()
        && one.Policy with { Overridden = other.Policy.Overridden, Notify = other.Policy.Notify } == other.Policy
        && one.Policy.Overridden.SequenceEqual(other.Policy.Overridden) && one.Policy.Notify.SequenceEqual(other.Policy.Notify);

    public static bool IsMuted(DeviceStatus status) => status.MutedBy.Count > 0 || status.Policy.Muted;

    public static long HashOf(string thingName)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(thingName), hash);
        return BinaryPrimitives.ReadInt64BigEndian(hash);
    }

    /// <returns>Null: the thing neither came back nor turned out to be away again.</returns>
    public static ThingReturn? ReturnOf(DeviceState before, DeviceState after)
    {
        if (before.Outage is not { Ours: false, NeverSeen: false } outage) return null;
        var on = after.Outage?.Id == outage.Id ? after.Outage : null;
        if (outage.BackAt is not null)
            return on is { BackAt: null } ? new(outage.Since, null, Notified: true, Quiet: false) : null;
        if (on is null ? after.Connected != true : on.BackAt is null) return null;
        return new(
            outage.Since, Later(on?.BackAt ?? after.Since ?? outage.Since, outage.Since), outage.OwesItsEnd, outage.EndsQuietly);
    }
}
