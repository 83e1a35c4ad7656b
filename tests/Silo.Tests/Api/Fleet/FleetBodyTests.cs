using IoTOrleans.Contracts;
using IoTOrleans.Grains.Fleet;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Watching;
using IoTOrleans.Silo.Api;
using IoTOrleans.Silo.Api.Fleet;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Api.Fleet;

public sealed class FleetBodyTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    internal static FleetNotification Incident => new()
    {
        Event = FleetEvent.FleetOutage, IncidentId = "storm", Number = 1, Count = 9, Back = 0, Growing = true, StartedAt = Start,
        LastAt = Start, Reasons = new Dictionary<string, int>(), Attributes = new Dictionary<string, int>(), Things = [],
    };

    private static readonly WatcherBody Watcher = new(Start, null, null, 0, StorageState.Ok, [], null);

    [Fact]
    public void Longest_away_comes_first_and_two_hundred_are_enough()
    {
        var rows = Enumerable.Range(0, 300).Select(i => SourceFleet.StatusOf($"away {i}", PresenceStatus.Offline, i) with
        {
            Since = Start.AddSeconds((i * 7) % 300),
        }).ToList();
        var body = new FleetBody(CopyOf(rows), Watcher);
        body.OfflineItems.Count.ShouldBe(200);
        body.OfflineItems.Select(item => item.Since).ShouldBe(Enumerable.Range(0, 200).Select(i => (DateTimeOffset?)Start.AddSeconds(i)));
        body.Cursor.ShouldBe("1.1");
    }

    [Fact]
    public void The_nearest_deadline_comes_first()
    {
        var rows = Enumerable.Range(0, 5).Select(i => SourceFleet.StatusOf($"{i}", PresenceStatus.Grace, i) with
        {
            GraceEndsAt = Start.AddSeconds(9 - i),
        }).ToList();
        var body = new FleetBody(CopyOf(rows, listed: false), Watcher);
        body.GraceItems.Select(item => item.ThingName).ShouldBe(["4", "3", "2", "1", "0"]);
        body.Cursor.ShouldBeNull("nobody has all rows");
    }

    [Theory]
    [InlineData(null, null, null, "Idle")]
    [InlineData(1, null, null, "Ok")]
    [InlineData(1, null, 2, "Failing")]
    [InlineData(null, 1, 2, "Refusing")]
    public void A_destination_has_one_state(int? accepted, int? refusing, int? failing, string state)
    {
        var report = new DestinationReport("mail", At(accepted), At(refusing), At(failing));
        var bodies = FleetWatcher.StatesOf(["new", "mail"], new(0, [report, new("removed", Start, null, null)]));
        bodies.ShouldBe([new("new", null, DestinationState.Idle), new("mail", At(accepted), Enum.Parse<DestinationState>(state))]);

        static DateTimeOffset? At(int? seconds) => seconds is { } some ? Start.AddSeconds(some) : null;
    }

    [Theory]
    [InlineData("eu-central-1", "https://eu-central-1.console.aws.amazon.com/iot/home?region=eu-central-1#/thing/")]
    [InlineData("cn-north-1", "https://cn-north-1.console.amazonaws.cn/iot/home?region=cn-north-1#/thing/")]
    public void The_console_of_AWS_is_in_the_region(string region, string url) => ServiceApi.ConsoleOf(region).ShouldBe(url);

    private static FleetCopy CopyOf(IReadOnlyList<DeviceStatus> rows, bool listed = true) => FleetCopy.Of(
        new FleetView { Cursor = "1.1", Counts = new(), Listed = listed, Rows = rows, Today = new() });
}
