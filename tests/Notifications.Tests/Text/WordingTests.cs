using IoTOrleans.Grains.Ports;
using IoTOrleans.Settings;
using IoTOrleans.Notifications.Text;

namespace IoTOrleans.Notifications.Tests.Text;

public sealed class WordingTests
{
    [Theory]
    [InlineData("00:00:00", "0 s", "0秒")]
    [InlineData("00:00:47", "47 s", "47秒")]
    [InlineData("00:01:00", "1 min", "1分")]
    [InlineData("00:01:30", "1 min 30 s", "1分30秒")]
    [InlineData("00:09:59.9", "9 min 59 s", "9分59秒")]
    [InlineData("00:47:15", "47 min", "47分")]
    [InlineData("02:00:59", "2 h", "2時間")]
    [InlineData("02:05:00", "2 h 5 min", "2時間5分")]
    [InlineData("3.00:59:00", "3 d", "3日")]
    [InlineData("3.04:05:06", "3 d 4 h", "3日4時間")]
    public void A_duration_is_as_exact_as_it_matters(string duration, string english, string japanese)
    {
        var notification = Sample.Offline with { Grace = TimeSpan.Parse(duration, System.Globalization.CultureInfo.InvariantCulture) };

        Sample.English.Render(notification).Text.ShouldContain($"(grace {english})");
        Sample.Japanese.Render(notification).Text.ShouldContain($"（猶予{japanese}）");
    }

    [Theory]
    [InlineData(null)]
    [InlineData(" ")]
    [InlineData("UNKNOWN")]
    [InlineData("NONE")]
    public void A_reason_that_says_nothing_is_left_out(string? reason) =>
        Sample.English.Render(Sample.Offline with { DisconnectReason = reason }).Text.ShouldNotContain("Reason");

    [Fact]
    public void A_reason_cannot_forge_a_line_of_its_own()
    {
        var body = Sample.English.Render(
            Sample.Offline with { DisconnectReason = "x\r\nLook: https://evil.example\u2028\u001b[2J" + new string('y', 500) }).Text;

        var line = body.Split('\n').Single(l => l.StartsWith("Reason", StringComparison.Ordinal));
        line.ShouldStartWith("Reason: x  Look: https[:]//evil[.]example  [2Jyyy");
        line.Length.ShouldBeLessThan(220);
    }

    [Fact]
    public void Refusals_are_said_while_it_is_away_and_cannot_forge_a_line()
    {
        var known = Sample.Refused.Refused!;
        var forged = Sample.Refused with { Refused = known with { Reason = "x\nLook: https://evil.example\u2028" + new string('y', 500) } };
        var line = Sample.English.Render(forged).Text.Split('\n').Single(l => l.StartsWith("It is powered", StringComparison.Ordinal));
        line.ShouldStartWith("It is powered and trying: refused 1,214 times since 02:14 (x Look: https[:]//evil[.]example yyy");
        line.Length.ShouldBeLessThan(330);
        Sample.Japanese.Render(forged).Text.Split('\n').Length.ShouldBe(Sample.Japanese.Render(Sample.Refused).Text.Split('\n').Length);

        var late = Sample.Refused with { RecoveredAt = Sample.Back, Duration = Sample.Back - Sample.Since };
        Sample.English.Render(late).Text.ShouldNotContain("powered", customMessage: "it got in");
        Sample.English.Render(Sample.Recovered with { Refused = known }).Text.ShouldNotContain("powered");

        var days = Sample.StillOffline with { Refused = known };
        Sample.English.Render(days).Text.ShouldContain("refused 1,214 times since 23 Nov 02:14 (");
        Sample.Japanese.Render(days).Text.ShouldContain("11月23日 02:14から1,214回拒否されています（AUTHORIZATION_FAILED）");
    }

    [Fact]
    public void Without_an_address_there_is_no_link() =>
        Sample.Text("en", externalUrl: null).Render(Sample.Offline).Text.ShouldNotContain("Look");

    [Fact]
    public void A_link_carries_any_name() =>
        Sample.English.Render(Sample.Offline with { ThingName = "a b/温&x" }).Text
            .ShouldContain("Look: https://watch.example.net/?thing=a%20b%2F%E6%B8%A9%26x\n");

    [Fact]
    public void Without_a_region_the_cluster_stands_alone() =>
        Sample.Text("en", region: null).Render(Sample.Offline).Text.ShouldEndWith(" - home");

    [Theory]
    [InlineData("Asia/Tokyo", "02:14 JST", "02:14:07 JST (+09:00)")]
    [InlineData("UTC", "17:14 UTC", "17:14:07 UTC")]
    [InlineData("Europe/Berlin", "18:14 CET", "18:14:07 CET (+01:00)")]
    [InlineData("Asia/Kathmandu", "22:59 +05:45", "22:59:07 (+05:45)")]
    public void Times_are_local_with_their_offset(string zone, string subject, string body)
    {
        var text = Sample.Text("en", zone);

        text.Render(Sample.Offline).Subject.ShouldEndWith(subject);
        text.Render(Sample.Offline).Text.ShouldContain(body);
    }

    [Fact]
    public void Summer_time_has_its_own_name() =>
        Sample.Text("en", "Europe/Berlin")
            .Render(Sample.Offline with { Since = new(2026, 7, 1, 0, 0, 0, TimeSpan.Zero) }).Subject.ShouldEndWith("02:00 CEST");

    /// <summary>Summer time ends on 25 October 2026 at 01:00Z in Europe, and begins on 29 March at 01:00Z.</summary>
    [Theory]
    [InlineData("Europe/Berlin", "2026-10-25T00:50:00Z", "2026-10-25T01:10:00Z", "02:50 CEST - 02:10 CET", "02:50 CEST〜02:10 CET")]
    [InlineData("Europe/Berlin", "2026-03-29T00:50:00Z", "2026-03-29T01:10:00Z", "01:50 CET - 03:10 CEST", "01:50 CET〜03:10 CEST")]
    [InlineData("Europe/Berlin", "2026-10-24T21:50:00Z", "2026-10-25T01:10:00Z", "24 Oct 23:50 CEST - 25 Oct 02:10 CET",
        "10月24日 23:50 CEST〜10月25日 02:10 CET")]
    [InlineData("Europe/Berlin", "2026-10-24T21:50:00Z", "2026-10-24T22:10:00Z", "24 Oct 23:50 - 25 Oct 00:10 CEST",
        "10月24日 23:50〜10月25日 00:10")]
    [InlineData("Europe/Berlin", "2026-10-25T00:10:00Z", "2026-10-25T00:50:00Z", "02:10-02:50 CEST", "02:10〜02:50")]
    [InlineData("Atlantic/Azores", "2026-10-25T00:50:00Z", "2026-10-25T01:10:00Z", "00:50 +00:00 - 00:10 -01:00",
        "00:50 +00:00〜00:10 -01:00")]
    public void A_range_names_both_zones_and_both_days_where_there_are_two(
        string zone, string from, string to, string english, string japanese)
    {
        var (since, back) = (Time(from), Time(to));
        var (en, ja) = (Sample.Text("en", zone), Sample.Text("ja", zone));
        var recovered = Sample.Recovered with { Since = since, RecoveredAt = back, Duration = back - since };
        en.Render(recovered).Subject.ShouldContain($"({english})");
        ja.Render(recovered).Subject.ShouldContain($"（{japanese}）");
        en.Render(Sample.Steady with { Since = since, RecoveredAt = back }).Subject.ShouldContain($"{english})");
        en.Render(Sample.FleetRecovered with { StartedAt = since, LastAt = back }).Subject.ShouldContain($"({english})");
        ja.Render(Sample.FleetRecovered with { StartedAt = since, LastAt = back }).Subject.ShouldContain($"（{japanese}）");
    }

    [Fact]
    public void A_time_beside_another_has_its_zone_where_summer_time_has_changed_in_between()
    {
        var (since, told, back) = (Time("2026-10-25T00:50:00Z"), Time("2026-10-25T00:55:00Z"), Time("2026-10-25T01:10:00Z"));
        var (en, ja) = (Sample.Text("en", "Europe/Berlin"), Sample.Text("ja", "Europe/Berlin"));
        var recovered = Sample.Recovered with { Since = since, RecoveredAt = back, NotifiedAt = told };
        en.Render(recovered).Text.ShouldContain("Told you at 02:55 CEST.");
        ja.Render(recovered).Text.ShouldContain("02:55 CEST にお知らせした件です。");
        en.Render(recovered with { NotifiedAt = back }).Text.ShouldContain("Told you at 02:10.");
        ja.Render(Sample.StillOffline with { Since = since, Duration = back - since }).Subject.ShouldContain("02:50 CESTから");

        var outage = Sample.FleetOutage with { StartedAt = since, LastAt = back };
        en.Render(outage).Text.ShouldContain("the last one at 02:10:00 CET.");
        ja.Render(outage).Text.ShouldContain("最後の切断は 02:10:00 CET");
        var returns = Sample.FleetRecovered with { Number = 1, StartedAt = since, LastAt = back, OnlyReturns = true };
        en.Render(returns).Text.ShouldContain("at 02:50:00 CEST (+02:00) and 02:10:00 CET");
        ja.Render(returns).Text.ShouldContain("から 02:10:00 CET まで");

        var summary = Sample.Summary with { NewSince = since, ListedAt = back, Things = [new("attic", since, told, false, true)] };
        en.Render(summary).Text.ShouldContain("New since 02:50 CEST");
        en.Render(summary).Text.ShouldContain("since 02:50 CEST, told 02:55 CEST");
        ja.Render(summary).Text.ShouldContain("02:50 CESTから、02:55 CEST に通知済み");
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(new int[0], null)]
    [InlineData(new[] { 4 }, null)]
    [InlineData(new[] { 0, 5 }, "5 outages so far, all of them over within 4 s.")]
    [InlineData(new[] { 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 1 }, "10 outages so far, 9 of them over within 2 min, the longest within 35 min.")]
    [InlineData(new[] { 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 1, 1 },
        "10 outages so far, 9 of them over within 1 h 10 min, the longest within 2 h 20 min.")]
    [InlineData(new[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5 }, "5 outages so far, all of them over within 1 d 13 h.")]
    public void What_is_usual_is_said_when_there_is_enough_to_say_it(int[] durations, string? words)
    {
        var lines = Sample.English.Render(Sample.Offline with { Durations = durations }).Text.Split('\n');

        lines.SingleOrDefault(line => line.StartsWith("Usual: ", StringComparison.Ordinal))
            .ShouldBe(words is null ? null : "Usual: " + words);
    }

    [Theory]
    [InlineData(1, 1, null, null)]
    [InlineData(1, 2, "the other thing is not offline.", "ほかの1台はオフラインではありません。")]
    [InlineData(2, 2, "the other thing is offline, too.", "ほかの1台のうち1台もオフラインです。")]
    [InlineData(1, 101, "none of the other 100 things is offline.", "ほかの100台はオフラインではありません。")]
    [InlineData(2, 101, "1 of the other 100 things is offline, too.", "ほかの100台のうち1台もオフラインです。")]
    [InlineData(101, 101, "all of the other 100 things are offline, too.", "ほかの100台のうち100台もオフラインです。")]
    [InlineData(1_235, 100_000, "1,234 of the other 99,999 things are offline, too.", "ほかの99,999台のうち1,234台もオフラインです。")]
    public void Around_a_thing_that_is_offline_are_the_others(int offline, int total, string? english, string? japanese)
    {
        var notification = Sample.Offline with { Fleet = new(offline, total) };
        LineAfter("Around it: ", Sample.English.Render(notification)).ShouldBe(english);
        LineAfter("周囲: ", Sample.Japanese.Render(notification)).ShouldBe(japanese);

        var subject = Sample.English.Render(notification).Subject;
        if (english is null) subject.ShouldBe("[OFFLINE] greenhouse-3 since 02:14 JST");
        else subject.ShouldEndWith(FormattableString.Invariant($" since 02:14 JST ({offline:N0} of {total:N0} offline)"));
    }

    [Theory]
    [InlineData(0, 1, null, null)]
    [InlineData(0, 101, "none of 101 things.", "101台中0台")]
    [InlineData(1_234, 100_000, "1,234 of 100,000 things.", "100,000台中1,234台")]
    public void When_a_thing_is_back_others_may_be_offline(int offline, int total, string? english, string? japanese)
    {
        var notification = Sample.Recovered with { Fleet = new(offline, total) };
        LineAfter("Offline now: ", Sample.English.Render(notification)).ShouldBe(english);
        LineAfter("現在オフライン: ", Sample.Japanese.Render(notification)).ShouldBe(japanese);
        Sample.English.Render(notification).Subject.ShouldBe(Sample.English.Render(Sample.Recovered).Subject);
    }

    private static string? LineAfter(string label, OutgoingMessage message) => message.Text.Split('\n')
        .SingleOrDefault(line => line.StartsWith(label, StringComparison.Ordinal))?[label.Length..];

    [Theory]
    [InlineData(31_204, 100, null)]
    [InlineData(200, 200, "100 %")]
    [InlineData(200, 199, "99 %")]
    [InlineData(1000, 665, "67 %")]
    [InlineData(1000, 664, "66 %")]
    [InlineData(3, 2, "67 %")]
    public void A_share_is_rounded_as_on_the_page(int all, int some, string? percent)
    {
        var outage = Sample.FleetOutage with
        {
            Count = all, Reasons = new Dictionary<string, int> { ["CONNECTION_LOST"] = some }, Attributes = new Dictionary<string, int>(),
        };
        LineAfter("In common: ", Sample.English.Render(outage)).ShouldBe(percent is null ? null : percent + " connection lost");
        LineAfter("共通点: ", Sample.Japanese.Render(outage))
            .ShouldBe(percent is null ? null : "接続が失われた " + percent.Replace(" ", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("fr", null, null, "Culture=fr: say en or ja.")]
    [InlineData("en", "Mars/Olympus", null,
        "Notifications:TimeZone=Mars/Olympus: not a time zone known here; say an IANA name, for example Asia/Tokyo.")]
    [InlineData("en", null, "watch.example.net",
        "ExternalUrl=watch.example.net: say the whole address of the fleet page, for example https://watch.example.net.")]
    [InlineData("en", null, "ftp://x",
        "ExternalUrl=ftp://x: say the whole address of the fleet page, for example https://watch.example.net.")]
    public void A_setting_that_makes_no_sense_is_named(string culture, string? zone, string? url, string message) =>
        Should.Throw<StartupException>(() => Sample.Text(culture, zone, url)).Message.ShouldBe(message);

    [Fact]
    public void Cultures_with_a_country_are_understood()
    {
        Sample.Text("ja-JP").IsJapanese.ShouldBeTrue();
        Sample.Text("en-US").IsJapanese.ShouldBeFalse();
    }
}
