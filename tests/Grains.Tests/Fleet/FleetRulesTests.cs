using IoTOrleans.Contracts;
using IoTOrleans.Grains.Fleet;

namespace IoTOrleans.Grains.Tests.Fleet;

public sealed class FleetRulesTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    private static readonly DeviceState Away = new() { Connected = false, Outage = Outage };

    private static Outage Outage => new() { Id = "o1", Since = Start, GraceEndsAt = Start.AddMinutes(5) };

    private static readonly DeviceState Told = Away with { Outage = Outage with { Telling = Start.AddMinutes(5) } };

    private static readonly DeviceState Held = Told with
    {
        Connected = true, Outage = Told.Outage! with { BackAt = Start.AddMinutes(9), HoldEndsAt = Start.AddMinutes(10) },
    };

    private static readonly DeviceState Back = new() { Connected = true, Since = Start.AddMinutes(1) };

    [Fact]
    public void A_return_within_the_grace_is_quiet() =>
        FleetRules.ReturnOf(Away, Back).ShouldBe(new(Start, Start.AddMinutes(1), Notified: false, Quiet: true));

    [Fact]
    public void A_return_after_it_is_told_as_soon_as_it_is_held() =>
        FleetRules.ReturnOf(Told, Held).ShouldBe(new(Start, Start.AddMinutes(9), Notified: true, Quiet: false));

    [Fact]
    public void A_return_that_did_not_last_is_taken_back() =>
        FleetRules.ReturnOf(Held, Told).ShouldBe(new(Start, null, Notified: true, Quiet: false));

    [Fact]
    public void What_is_no_return_is_none()
    {
        FleetRules.ReturnOf(Away, Told).ShouldBeNull("its grace is over");
        FleetRules.ReturnOf(Held, Back).ShouldBeNull("it was told when the hold began");
        FleetRules.ReturnOf(Back, Away).ShouldBeNull("it drops");
        FleetRules.ReturnOf(Away, new()).ShouldBeNull("it is forgotten");
        FleetRules.ReturnOf(Away with { Outage = Outage with { Ours = true } }, Back).ShouldBeNull("our broker had stopped");
        FleetRules.ReturnOf(Away with { Outage = Outage with { NeverSeen = true } }, Back).ShouldBeNull("it was never there");
    }

    /// <summary>Else open pages would show the old one until something else happens.</summary>
    [Fact]
    public void What_was_read_and_shows_something_else_is_news()
    {
        foreach (var now in new[]
        {
            Some with { NotifiedTo = ["mail", "pager"] },
            Some with { Refused = new() { Count = 2, Since = Start } },
            Some with { Verification = Verification.None },
            Some with { MutedBy = ["other"] },
            Some with { Attributes = new Dictionary<string, string> { ["site"] = "south" } },
            Some with { Policy = Some.Policy with { Grace = TimeSpan.FromMinutes(1) } },
            Some with { Policy = Some.Policy with { Notify = [] } },
            Some with { IncidentId = "i" },
        })
        {
            var book = new FleetBook(Start, TimeZoneInfo.Utc, FleetLimits.Largest);
            book.Load(new(), Start);
            Read(book, Some);
            var cursor = book.View(Start).Cursor;
            Read(book, Some);
            book.Since(cursor, Start).Changes.ShouldBeEmpty("nothing has changed");
            Read(book, now);
            book.Since(cursor, Start).Changes.ShouldBe([new("a", now)]);
        }

        static void Read(FleetBook book, DeviceStatus status)
        {
            book.BeginLoad();
            book.Found(status.ThingName, status, book.Arrivals, Start);
            book.EndLoad();
        }
    }

    /// <summary>Made anew each time, as whoever reads it from storage does.</summary>
    private static DeviceStatus Some => FleetWorld.Status("a", PresenceStatus.Offline) with
    {
        MutedBy = ["m"], NotifiedTo = ["mail"], Attributes = new Dictionary<string, string> { ["site"] = "north" },
        Policy = new() { Source = "default", Overridden = ["grace"], Notify = ["mail"] },
    };
}
