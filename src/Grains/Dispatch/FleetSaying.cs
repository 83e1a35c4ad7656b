namespace IoTOrleans.Grains.Dispatch;

/// <summary>What a notification of one thing says of the whole fleet.</summary>
internal static class FleetSaying
{
    /// <summary>
    /// While the thing is offline, and when it is back. A thing that was never seen is not among those that are offline, and one that is
    /// back by the time its outage is notified is not any more.
    /// </summary>
    public static bool Wants(Notification n) => !n.IsTest && !n.NeverSeen
        && (IsOffline(n) || n.Event == NotificationEvent.DeviceRecovered);

    /// <param name="numbers">With this thing counted as what the notification says of it; null: not known.</param>
    public static Notification Add(Notification n, FleetNumbers? numbers) =>
        n with { Fleet = numbers is not null && Wants(n) && Agrees(n, numbers) ? numbers : null };

    /// <summary>
    /// Numbers that do not go with the notification are left out: a thing may come back while its notification is sent, and then the fleet
    /// has none that is offline.
    /// </summary>
    private static bool Agrees(Notification n, FleetNumbers numbers) =>
        numbers.Offline >= (IsOffline(n) ? 1 : 0) && numbers.Offline <= numbers.Total;

    private static bool IsOffline(Notification n) => n is
        { Event: NotificationEvent.DeviceOffline or NotificationEvent.DeviceStillOffline, RecoveredAt: null };
}
