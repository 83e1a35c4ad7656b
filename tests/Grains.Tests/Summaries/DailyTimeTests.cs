using CsCheck;
using IoTOrleans.Grains.Summaries;

namespace IoTOrleans.Grains.Tests.Summaries;

public sealed class DailyTimeTests
{
    private static readonly TimeZoneInfo[] Zones = [.. TimeZoneInfo.GetSystemTimeZones()];

    [Theory]
    [InlineData("Asia/Tokyo", "2026-11-25", "09:00", "2026-11-25T00:00:00Z")]
    [InlineData("America/New_York", "2026-11-25", "09:00", "2026-11-25T14:00:00Z")]

    // Clocks go forward on 29 March at 02:00, back on 25 October at 03:00.
    [InlineData("Europe/Berlin", "2026-03-28", "09:00", "2026-03-28T08:00:00Z")]
    [InlineData("Europe/Berlin", "2026-03-29", "09:00", "2026-03-29T07:00:00Z")]
    [InlineData("Europe/Berlin", "2026-10-24", "09:00", "2026-10-24T07:00:00Z")]
    [InlineData("Europe/Berlin", "2026-10-25", "09:00", "2026-10-25T08:00:00Z")]

    // There is no 02:30: it is 03:30. There are two: it is the first.
    [InlineData("Europe/Berlin", "2026-03-29", "02:30", "2026-03-29T01:30:00Z")]
    [InlineData("Europe/Berlin", "2026-10-25", "02:30", "2026-10-25T00:30:00Z")]

    // Half an hour of summer time; the day that Samoa left out.
    [InlineData("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:45:00Z")]
    [InlineData("Pacific/Apia", "2011-12-29", "09:00", "2011-12-29T19:00:00Z")]
    [InlineData("Pacific/Apia", "2011-12-31", "09:00", "2011-12-30T19:00:00Z")]
    public void It_is_that_time_where_people_live(string zone, string date, string at, string expected) =>
        Daily(zone, at).On(DateOnly.Parse(date, System.Globalization.CultureInfo.InvariantCulture))
            .ShouldBe(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture));

    [Fact]
    public void The_spring_day_is_23_hours_long_and_the_autumn_day_25()
    {
        var daily = Daily("Europe/Berlin", "09:00");
        (daily.On(new(2026, 3, 29)) - daily.On(new(2026, 3, 28))).ShouldBe(TimeSpan.FromHours(23));
        (daily.On(new(2026, 10, 25)) - daily.On(new(2026, 10, 24))).ShouldBe(TimeSpan.FromHours(25));
    }

    [Fact]
    public void Of_the_two_in_autumn_the_second_is_none()
    {
        var daily = Daily("Europe/Berlin", "02:30");
        var first = daily.On(new(2026, 10, 25));
        daily.Latest(first.AddSeconds(-1)).ShouldBe(new DateOnly(2026, 10, 24));
        daily.Latest(first).ShouldBe(new DateOnly(2026, 10, 25));
        daily.Next(first).ShouldBe(daily.On(new(2026, 10, 26)));
        daily.Next(first.AddHours(1)).ShouldBe(daily.On(new(2026, 10, 26)));
    }

    /// <summary>In every zone that this machine knows, around every hour of thirty years.</summary>
    [Fact]
    public void Each_day_has_one_and_it_is_never_more_than_a_day_and_a_jump_away() =>
        Gen.Select(Gen.Int[0, Zones.Length - 1], Gen.Int[0, 24 * 60 - 1], Gen.Long[0, 30L * 365 * 24 * 3600])
            .Sample((zone, minute, seconds) =>
        {
            var daily = new DailyTime(TimeOnly.MinValue.AddMinutes(minute), Zones[zone]);
            var now = new DateTimeOffset(2005, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(seconds);
            var (latest, next) = (daily.Latest(now), daily.Next(now));
            daily.On(latest).ShouldBeLessThanOrEqualTo(now);
            next.ShouldBeGreaterThan(now);
            (next - daily.On(latest)).ShouldBeInRange(TimeSpan.FromHours(20), TimeSpan.FromHours(49));
            daily.Latest(next).ShouldBeGreaterThan(latest);
            daily.Latest(next.AddTicks(-1)).ShouldBe(latest);
        }, iter: 20_000);

    private static DailyTime Daily(string zone, string at) =>
        new(TimeOnly.Parse(at, System.Globalization.CultureInfo.InvariantCulture), TimeZoneInfo.FindSystemTimeZoneById(zone));
}
