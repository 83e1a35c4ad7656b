namespace IoTOrleans.Silo.Api.Description;

/// <summary>Values that several examples show.</summary>
internal static class Samples
{
    public static DateTimeOffset Dropped { get; } = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    public const string OutageId = "Zk3v0JmTQ0mXb1o2c4Vt8w";

    public const string IncidentId = "q2W7xN0bQbWc5oR1mUeY3A";

    public static DevicePolicy Policy { get; } = new()
    {
        Source = "door-*",
        Match = "door-*",
        Overridden = [],
        Grace = TimeSpan.FromMinutes(5),
        SettleTime = TimeSpan.FromSeconds(5),
        RecoveryHold = TimeSpan.FromMinutes(1),
        RecheckEvery = TimeSpan.FromMinutes(10),
        NotifyRecovery = true,
        NotifyFlapping = true,
        Notify = ["sns"],
    };

    /// <summary>In its grace.</summary>
    public static DeviceStatus Device { get; } = new()
    {
        ThingName = "door-3",
        Status = PresenceStatus.Grace,
        Connected = false,
        Since = Dropped,
        GraceEndsAt = Dropped.AddMinutes(5),
        DisconnectReason = "CONNECTION_LOST",
        LastEventAt = Dropped,
        OutageId = OutageId,
        OutagesSuppressed = 3,
        NotificationsSent = 1,
        Attributes = new Dictionary<string, string> { ["site"] = "north" },
        MutedBy = [],
        Policy = Policy,
    };

    /// <summary>Away with others, and notified together with them.</summary>
    public static DeviceStatus Offline { get; } = Device with
    {
        ThingName = "porch",
        Status = PresenceStatus.Offline,
        Since = Dropped.AddMinutes(-10),
        GraceEndsAt = null,
        NotifiedAt = Dropped.AddMinutes(-5),
        DisconnectReason = "MQTT_KEEP_ALIVE_TIMEOUT",
        LastEventAt = Dropped.AddMinutes(-10),
        OutageId = "Vn0pQyXkT2y7u9aFh3LcRg",
        Attributes = new Dictionary<string, string> { ["carrier"] = "acme" },
        IncidentId = IncidentId,
        NotifiedTo = ["sns"],
        Verification = Verification.Confirmed,
        Refused = new() { Count = 3, Reason = "AUTHORIZATION_FAILED", Since = Dropped.AddMinutes(-9) },
    };
}
