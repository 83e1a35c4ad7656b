using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Grains.Presence;

/// <summary>
/// Some destinations (Alertmanager) forget what they are not told again. While an outage runs they hear of it at every look at the
/// thing; nothing of that is stored, so that it costs no write of state (docs/decisions/0008-alertmanager-keep-alive.md).
/// </summary>
internal static class KeepAliveRules
{
    /// <summary>Not while a reconnect may or may not hold: what was said last stands until it does.</summary>
    public static IReadOnlyList<PresenceEffect> Due(DeviceState state, PresencePolicy policy, DateTimeOffset now)
    {
        if (state.Outage is not { Telling: not null, BackAt: null } outage) return [];
        return
        [
            .. from pair in outage.Deliveries
               where Wants(pair.Key, pair.Value, policy)
               let again = TellingRules.Compose(state, outage, NotificationEvent.DeviceOffline, 0, policy, now)
               select new PresenceEffect.Send(pair.Key, again, KeepAlive: true),
        ];
    }

    /// <summary>On fixed times since the deadline: if it moved along with every glance, every glance would cost a write.</summary>
    public static DateTimeOffset? Next(Outage outage, PresencePolicy policy, DateTimeOffset now)
    {
        if (outage.Telling is not { } told) return null;
        var often = outage.Deliveries.Where(pair => Wants(pair.Key, pair.Value, policy))
            .Select(pair => policy.TermsOf(pair.Key).KeepAlive).DefaultIfEmpty(TimeSpan.Zero).Min();
        if (often == TimeSpan.Zero) return null;

        // A thousand things that were told of at one moment do not all come at one moment ever after.
        var first = PresenceRules.ToMilliseconds(told + (often * TellingRules.Jitter(outage.Id, 0)));
        return now < first ? first : first + (often * (Math.Floor((now - first) / often) + 1));
    }

    private static bool Wants(string destination, Delivery delivery, PresencePolicy policy) =>
        delivery is { Offline: true, GivenUp: false } && policy.TermsOf(destination).KeepAlive > TimeSpan.Zero;
}
