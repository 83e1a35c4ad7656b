using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Notifications.Text;

namespace IoTOrleans.Notifications.Tests;

/// <summary>The night of greenhouse-3: away from 02:14:07 to 03:01:22 in Tokyo.</summary>
internal static class Sample
{
    public const string OutageId = "7f3a91Xk2mQpR8sTvWyZ01";

    public static readonly DateTimeOffset Since = new(2026, 11, 22, 17, 14, 7, TimeSpan.Zero);

    public static readonly DateTimeOffset Back = new(2026, 11, 22, 18, 1, 22, TimeSpan.Zero);

    public static Notification Offline { get; } = new()
    {
        Event = NotificationEvent.DeviceOffline,
        ThingName = "greenhouse-3",
        OutageId = OutageId,
        Since = Since,
        DetectedAt = Since.AddMinutes(5),
        Duration = TimeSpan.FromMinutes(5),
        Grace = TimeSpan.FromMinutes(5),
        DisconnectReason = "MQTT_KEEP_ALIVE_TIMEOUT",
        Verification = Verification.Confirmed,
        Attributes = new Dictionary<string, string> { ["site"] = "家" },
        Durations = [0, 0, 1, 2, 10, 12, 13, 2, 0, 1],
        PolicyMatch = "greenhouse-*",
    };

    public static Notification Refused { get; } = Offline with
    {
        DisconnectReason = "AUTH_ERROR",
        Refused = new()
        {
            Count = 1214, Reason = "AUTHORIZATION_FAILED", Since = Since.AddSeconds(2), LastStamp = Since.AddMinutes(5),
        },
    };

    public static Notification StillOffline { get; } = Offline with
    {
        Event = NotificationEvent.DeviceStillOffline,
        Sequence = 3,
        Duration = new TimeSpan(3, 4, 5, 6),
    };

    public static Notification Recovered { get; } = Offline with
    {
        Event = NotificationEvent.DeviceRecovered,
        RecoveredAt = Back,
        Duration = Back - Since,
        NotifiedAt = Since.AddMinutes(5),
        RecoveryHold = TimeSpan.FromMinutes(1),
        ShortReturns = 1,
    };

    /// <summary>Two others of a fleet of 101 are offline at the time.</summary>
    public static FleetNumbers Three { get; } = new(3, 101);

    public static Notification Flapping { get; } = Offline with
    {
        Event = NotificationEvent.DeviceFlapping,
        DetectedAt = Since.AddMinutes(17),
        Duration = TimeSpan.FromMinutes(17),
        DisconnectReason = null,
        Verification = Verification.None,
        Durations = [],
        Drops = 6,
    };

    public static Notification Steady { get; } = Flapping with
    {
        Event = NotificationEvent.DeviceSteady,
        RecoveredAt = Back,
        Duration = Back - Since,
        Drops = 14,
    };

    /// <summary>Imported at the same moment, and never seen.</summary>
    public static Notification NeverSeen { get; } = Offline with
    {
        Event = NotificationEvent.DeviceNeverSeen,
        NeverSeen = true,
        DetectedAt = Since.AddHours(1),
        Duration = TimeSpan.FromHours(1),
        Grace = TimeSpan.FromHours(1),
        DisconnectReason = null,
        Verification = Verification.Unanswered,
        Durations = [],
    };

    public static Notification Seen { get; } = NeverSeen with
    {
        Event = NotificationEvent.DeviceRecovered,
        RecoveredAt = Back.AddHours(2),
        Duration = Back.AddHours(2) - Since,
        NotifiedAt = Since.AddHours(1),
    };

    /// <summary>About the service itself.</summary>
    public static Notification Blind { get; } = new()
    {
        Event = NotificationEvent.WatcherBlind,
        ThingName = "iot-orleans",
        OutageId = OutageId,
        Since = Since,
        DetectedAt = Since.AddMinutes(5),
        Duration = TimeSpan.FromMinutes(5),
        Grace = TimeSpan.FromMinutes(5),
        Attributes = new Dictionary<string, string>(),
    };

    /// <summary>The night of the carrier: 31,204 of 100,000 things.</summary>
    public static FleetNotification FleetOutage { get; } = new()
    {
        Event = FleetEvent.FleetOutage,
        IncidentId = "Q5mB0e7Xk2mQpR8sTvWyZ0",
        Number = 1,
        Count = 31_204,
        Back = 0,
        Total = 100_000,
        StartedAt = Since.AddMinutes(44),
        LastAt = Since.AddMinutes(46),
        Growing = true,
        Reasons = new Dictionary<string, int> { ["MQTT_KEEP_ALIVE_TIMEOUT"] = 29_956, ["CONNECTION_LOST"] = 1_248 },
        Attributes = new Dictionary<string, int> { ["carrier=acme"] = 30_892, ["site=北"] = 9_000 },
        Things = ["door-1", "door-2", "door-3"],
    };

    public static FleetNotification FleetRecovered { get; } = FleetOutage with
    {
        Event = FleetEvent.FleetRecovered, Number = 4, Back = 31_204, LastAt = Back.AddMinutes(44), Growing = false,
    };

    /// <summary>The morning after.</summary>
    public static FleetSummary Summary { get; } = new()
    {
        Id = "summary-2026-11-25-7f3a91c0",
        Date = new(2026, 11, 25),
        ListedAt = new(2026, 11, 25, 0, 0, 1, TimeSpan.Zero),
        NewSince = new(2026, 11, 24, 0, 0, 1, TimeSpan.Zero),
        Count = 4,
        New = 2,
        Muted = 1,
        Things =
        [
            new("attic", new(2026, 11, 21, 19, 31, 0, TimeSpan.Zero), new(2026, 11, 21, 19, 36, 2, TimeSpan.Zero), false, false),
            new("cellar-北", new(2026, 11, 23, 3, 0, 0, TimeSpan.Zero), null, true, false),
            new("porch", new(2026, 11, 24, 17, 14, 7, TimeSpan.Zero), new(2026, 11, 24, 17, 19, 8, TimeSpan.Zero), false, true),
            new("shed", new(2026, 11, 24, 23, 54, 0, TimeSpan.Zero), null, false, true),
        ],
        KeptQuiet = 14,
        Flakiest = [new("greenhouse-3", 12, Offline.Durations), new("porch", 2, [1, 1])],
    };

    public static NotificationText English { get; } = Text("en");

    public static NotificationText Japanese { get; } = Text("ja");

    public static NotificationText Text(
        string culture,
        string? timeZone = "Asia/Tokyo",
        string? externalUrl = "https://watch.example.net/",
        string? region = "ap-northeast-1") => new(new NotificationTextOptions
        {
            Culture = culture,
            TimeZone = timeZone,
            ExternalUrl = externalUrl,
            Cluster = "home",
            Region = region,
        });
}
