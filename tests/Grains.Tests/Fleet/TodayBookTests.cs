using IoTOrleans.Grains.Fleet;

namespace IoTOrleans.Grains.Tests.Fleet;

public sealed class TodayBookTests
{
    private static readonly TimeZoneInfo Tokyo = TimeZoneInfo.CreateCustomTimeZone("JST", TimeSpan.FromHours(9), "JST", "JST");

    /// <summary>23:50 in Tokyo.</summary>
    private static readonly DateTimeOffset Evening = new(2026, 11, 23, 14, 50, 0, TimeSpan.Zero);

    private readonly TodayBook _book = new(Tokyo, Evening);

    [Fact]
    public void A_new_day_begins_at_midnight_in_the_time_zone()
    {
        _book.Add("a", Quiet(Evening), Evening);
        _book.View.KeptQuiet.Today.ShouldBe(1);
        var midnight = Evening.AddMinutes(10);
        _book.Tick(0, midnight.AddSeconds(-1));
        _book.View.BackItems.ShouldNotBeEmpty();

        _book.Tick(0, midnight);
        var view = _book.View;
        (view.KeptQuiet.Today, view.BackItems.Count, view.KeptQuiet.Things.Count).ShouldBe((0, 0, 0));
        view.KeptQuiet.Days[^1].ShouldBe(new(new(2026, 11, 24), 0));
        view.KeptQuiet.Days[^2].ShouldBe(new(new(2026, 11, 23), 1));
    }

    [Fact]
    public void A_return_that_did_not_last_is_taken_back()
    {
        var since = Evening.AddMinutes(-30);
        _book.Add("a", new(since, Evening, Notified: true, Quiet: false), Evening);
        _book.Add("b", new(since, Evening, Notified: true, Quiet: false), Evening);
        _book.Add("a", new(since, null, Notified: true, Quiet: false), Evening);
        _book.View.BackItems.Single().ThingName.ShouldBe("b");
    }

    [Fact]
    public void The_thing_with_the_fewest_drops_makes_room()
    {
        for (var i = 0; i < 199; i++) Drop($"thing {i}", 3);
        Drop("seldom", 1);
        Drop("often", 5);
        var things = _book.Save(new()).QuietThings;
        things.Count.ShouldBe(200);
        things.ShouldNotContain(thing => thing.ThingName == "seldom");
        _book.View.KeptQuiet.Things[0].ShouldBe(new("often", 5, 60));
        _book.View.KeptQuiet.Today.ShouldBe((199 * 3) + 6, "the number of all does not depend on whose names are kept");

        void Drop(string name, int times)
        {
            for (var i = 0; i < times; i++) _book.Add(name, Quiet(Evening.AddSeconds(i)), Evening);
        }
    }

    [Fact]
    public void Fourteen_days_are_kept_and_a_day_without_any_is_zero()
    {
        for (var day = 0; day < 20; day++)
        {
            var at = Evening.AddDays(day);
            if (day != 18) _book.Add("a", Quiet(at), at);
            else _book.Tick(0, at);
        }

        var days = _book.View.KeptQuiet.Days;
        days.Select(day => day.Date).ShouldBe(Enumerable.Range(6, 14).Select(day => new DateOnly(2026, 11, 23).AddDays(day)));
        days.Select(day => day.Count).ShouldBe(Enumerable.Range(6, 14).Select(day => day == 18 ? 0 : 1));
        _book.Save(new()).QuietDays.Count.ShouldBe(13);
    }

    private static ThingReturn Quiet(DateTimeOffset back) => new(back.AddMinutes(-1), back, Notified: false, Quiet: true);
}
