using IoTOrleans.Grains.Ports;
using IoTOrleans.Notifications.Alertmanager;

namespace IoTOrleans.Notifications.Tests.Text;

/// <summary>A repeat is sent at another time, when other things are offline.</summary>
public sealed class RepeatTests
{
    public static TheoryData<string> Events => [.. Notifications.Keys];

    private static readonly Dictionary<string, Notification> Notifications = new()
    {
        ["offline"] = Sample.Offline, ["still offline"] = Sample.StillOffline, ["recovered"] = Sample.Recovered,
    };

    [Theory]
    [MemberData(nameof(Events))]
    public void Other_numbers_change_nothing_by_which_a_receiver_knows_a_repeat(string name)
    {
        var messages = new[] { null, new FleetNumbers(1, 101), new FleetNumbers(77, 102) }
            .Select(fleet => Sample.English.Render(Notifications[name] with { Fleet = fleet })).ToList();

        messages.Select(message => message.Text).Distinct().Count().ShouldBe(3);
        messages.Select(message =>
            (message.Key, message.ThreadKey, message.FirstKey, message.Event, message.ThingName, message.StartedAt, message.DetectedAt))
            .Distinct().ShouldHaveSingleItem();
        messages.Select(message => AlertmanagerAlert.Of(message, false, new Dictionary<string, string>(), Sample.Back)[0]!["labels"]!
            .ToJsonString()).Distinct().ShouldHaveSingleItem();
    }
}
