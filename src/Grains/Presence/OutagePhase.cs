using System.Buffers.Text;
using System.Security.Cryptography;

namespace IoTOrleans.Grains.Presence;

/// <summary>Where the running outage of a thing stands. The phase follows from what is stored; it is not stored itself.</summary>
internal enum OutagePhase
{
    /// <summary>The thing is away, and there is no verdict yet: the grace runs, or it is over and the verdict is open.</summary>
    Grace,

    /// <summary>The grace is over, and destinations are notified.</summary>
    Told,

    /// <summary>The grace is over. The policy or a mute notifies nobody.</summary>
    Muted,

    /// <summary>The thing is back after a notified outage, and the recovery hold runs.</summary>
    Recovering,
}

internal static class Outages
{
    extension(Outage outage)
    {
        public OutagePhase Phase => outage switch
        {
            { BackAt: not null } => OutagePhase.Recovering,
            { Telling: not null } => OutagePhase.Told,
            { Muted: true } => OutagePhase.Muted,
            _ => OutagePhase.Grace,
        };

        /// <summary>The thing is disconnected; else it is back and has to stay.</summary>
        public bool IsAway => outage.Phase != OutagePhase.Recovering;

        /// <summary>The thing is disconnected and its grace is over: it is looked at again and again.</summary>
        public bool IsOffline => outage.Phase is OutagePhase.Told or OutagePhase.Muted;

        /// <summary>Nobody was notified: the outage ends without a word, and its deadline may still move.</summary>
        public bool EndsQuietly => outage.Phase is OutagePhase.Grace or OutagePhase.Muted;

        /// <summary>Somebody may have been notified: they are owed the end.</summary>
        public bool OwesItsEnd => !outage.EndsQuietly;

        /// <summary>The notification with which it begins.</summary>
        public NotificationEvent FirstWord => outage.NeverSeen ? NotificationEvent.DeviceNeverSeen : NotificationEvent.DeviceOffline;

        public Outage DroppedInHold() =>
            outage with { BackAt = null, HoldEndsAt = null, LastHeard = null, ShortReturns = outage.ShortReturns + 1 };

        public Outage With(string destination, Delivery delivery) =>
            outage with { Deliveries = outage.Deliveries.With(destination, delivery) };

        /// <summary>The deadline was set with the grace of that day. It changes only if the setting did.</summary>
        public Outage WithGraceOf(RuleContext context)
        {
            var grace = outage.NeverSeen ? context.Policy.ExpectWithin : context.Policy.Grace;
            var change = grace - TimeSpan.FromSeconds(outage.GraceSeconds);
            return change == TimeSpan.Zero ? outage : outage with
            {
                GraceSeconds = grace.TotalSeconds,
                GraceEndsAt = ToMilliseconds(outage.GraceEndsAt + change),
            };
        }
    }

    /// <summary>What the destinations of the policy are owed at the beginning.</summary>
    public static IReadOnlyDictionary<string, Delivery> NewDeliveries(RuleContext context) =>
        context.Policy.Notify.Distinct().ToDictionary(name => name, _ => new Delivery());

    public static IReadOnlyDictionary<string, Delivery> With(
        this IReadOnlyDictionary<string, Delivery> deliveries, string destination, Delivery delivery) =>
        new Dictionary<string, Delivery>(deliveries) { [destination] = delivery };

    /// <summary>The same outage gets the same id from every activation: if two ever notify of it, receivers see a repeat.</summary>
    public static string IdOf(string thingName, DateTimeOffset since)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{thingName}\n{since.ToUnixTimeMilliseconds()}"));
        return Base64Url.EncodeToString(hash.AsSpan(0, 16));
    }
}
