using IoTOrleans.Grains.Dispatch;
using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Grains.Tests.Dispatch;

public sealed class FleetSayingTests
{
    private static readonly DateTimeOffset Since = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(NotificationEvent.DeviceOffline, 3, 101)]
    [InlineData(NotificationEvent.DeviceOffline, 1, 101)]
    [InlineData(NotificationEvent.DeviceOffline, 1, 1)]
    [InlineData(NotificationEvent.DeviceStillOffline, 101, 101)]
    [InlineData(NotificationEvent.DeviceRecovered, 0, 101)]
    [InlineData(NotificationEvent.DeviceRecovered, 2, 101)]
    public void How_many_are_offline_is_said(NotificationEvent about, int offline, int total) =>
        Said(One(about), new(offline, total)).ShouldBe(new(offline, total));

    /// <summary>One came back while its notification was sent; or a number is wrong. Neither may be read beside this one.</summary>
    [Theory]
    [InlineData(NotificationEvent.DeviceOffline, 0, 101)]
    [InlineData(NotificationEvent.DeviceStillOffline, 0, 101)]
    [InlineData(NotificationEvent.DeviceOffline, 0, 0)]
    [InlineData(NotificationEvent.DeviceOffline, 2, 1)]
    [InlineData(NotificationEvent.DeviceRecovered, 1, 0)]
    [InlineData(NotificationEvent.DeviceRecovered, -1, 101)]
    public void Numbers_that_contradict_the_notification_are_not(NotificationEvent about, int offline, int total) =>
        Said(One(about), new(offline, total)).ShouldBeNull();

    [Theory]
    [InlineData(NotificationEvent.DeviceFlapping)]
    [InlineData(NotificationEvent.DeviceSteady)]
    [InlineData(NotificationEvent.DeviceRemoved)]
    [InlineData(NotificationEvent.DeviceNeverSeen)]
    [InlineData(NotificationEvent.WatcherBlind)]
    [InlineData(NotificationEvent.WatcherOk)]
    public void Other_notifications_say_nothing_of_it(NotificationEvent about) => SaysNothing(One(about));

    [Fact]
    public void Neither_does_one_of_a_thing_that_is_back_or_was_never_seen_nor_a_sample()
    {
        SaysNothing(One(NotificationEvent.DeviceOffline) with { RecoveredAt = Since });
        SaysNothing(One(NotificationEvent.DeviceRecovered) with { NeverSeen = true });
        SaysNothing(One(NotificationEvent.DeviceOffline) with { IsTest = true });
        Said(One(NotificationEvent.DeviceOffline), null).ShouldBeNull();
    }

    private static void SaysNothing(Notification notification)
    {
        FleetSaying.Wants(notification).ShouldBeFalse();
        Said(notification, new(3, 101)).ShouldBeNull();
    }

    private static FleetNumbers? Said(Notification notification, FleetNumbers? numbers) =>
        FleetSaying.Add(notification, numbers).Fleet;

    private static Notification One(NotificationEvent about) => new()
    {
        Event = about,
        ThingName = "a",
        OutageId = "o",
        Since = Since,
        DetectedAt = Since,
        RecoveredAt = about == NotificationEvent.DeviceRecovered ? Since : null,
        Duration = TimeSpan.Zero,
        Grace = TimeSpan.Zero,
        Attributes = new Dictionary<string, string>(),
    };
}
