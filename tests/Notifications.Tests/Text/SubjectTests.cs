using IoTOrleans.Grains.Logging;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Notifications.Text;

namespace IoTOrleans.Notifications.Tests.Text;

/// <summary>Subjects for those who limit them.</summary>
public sealed class SubjectTests
{
    private const int Limit = 99;

    public static TheoryData<string> LongNames =>
    [
        new string('a', 60) + "-000123",
        new string('a', 121) + "-000123",
        string.Concat(Enumerable.Repeat("🌱", 128)),
        new string('温', 128),
    ];

    [Theory]
    [MemberData(nameof(LongNames))]
    public void However_long_the_name_state_and_time_stay_and_both_ends_of_the_name(string name)
    {
        Notification[] notifications =
        [
            Sample.Offline, Sample.StillOffline, Sample.Recovered,
            Sample.Offline with { IsTest = true, RecoveredAt = Sample.Back.AddDays(20) },
            Sample.Offline with { Fleet = new(999_999, 1_000_000) }, Sample.StillOffline with { Fleet = new(1, 1_000_000) },
            Sample.Flapping with { Drops = 123456 }, Sample.Steady with { Drops = 123456, RecoveredAt = Sample.Back.AddDays(20) },
        ];
        foreach (var notification in notifications.Select(n => n with { ThingName = name }))
        {
            foreach (var (text, ascii) in new[]
                { (Sample.English, true), (Sample.English, false), (Sample.Japanese, false), (Sample.Japanese, true) })
            {
                var subject = text.Render(notification).ShortSubject(Limit, ascii);

                subject.Length.ShouldBeLessThanOrEqualTo(Limit);
                if (ascii) subject.ShouldEachBe(c => c >= ' ' && c < '\x7f');
                subject.EnumerateRunes().ShouldNotContain(System.Text.Rune.ReplacementChar);
                subject.ShouldContain("02:14");
            }
        }
    }

    [Fact]
    public void Only_as_much_of_the_name_goes_as_must() =>
        Sample.English.Render(Sample.Offline with { ThingName = new string('a', 121) + "-000123" }).ShortSubject(Limit, ascii: true)
            .ShouldBe("[OFFLINE] " + new string('a', 35) + "..." + new string('a', 28) + "-000123 since 02:14 JST");

    [Fact]
    public void The_numbers_of_the_fleet_go_before_anything_of_the_name()
    {
        var counted = Sample.Offline with { Fleet = new(31_204, 100_000) };
        string Subject(int length) =>
            Sample.English.Render(counted with { ThingName = new string('a', length) }).ShortSubject(Limit, ascii: true);

        const string numbers = " (31,204 of 100,000 offline)";
        var room = Limit - ("[OFFLINE]  since 02:14 JST" + numbers).Length;
        Subject(room).ShouldBe($"[OFFLINE] {new string('a', room)} since 02:14 JST{numbers}");
        Subject(room + 1).ShouldBe($"[OFFLINE] {new string('a', room + 1)} since 02:14 JST");
        Subject(room + numbers.Length).ShouldBe($"[OFFLINE] {new string('a', room + numbers.Length)} since 02:14 JST");
        Subject(room + numbers.Length + 1).ShouldContain("...");
    }

    [Fact]
    public void A_short_name_is_left_alone() =>
        Sample.English.Render(Sample.Offline).ShortSubject(Limit, ascii: true).ShouldBe("[OFFLINE] greenhouse-3 since 02:14 JST");

    [Fact]
    public void In_ASCII_each_other_character_is_a_question_mark() =>
        Sample.English.Render(Sample.Offline with { ThingName = "温室-3🌱é" }).ShortSubject(Limit, ascii: true)
            .ShouldBe("[OFFLINE] ??-3?? since 02:14 JST");

    [Fact]
    public void Japanese_in_ASCII_is_English() =>
        Sample.Japanese.Render(Sample.Offline).ShortSubject(Limit, ascii: true).ShouldBe("[OFFLINE] greenhouse-3 since 02:14 JST");

    [Fact]
    public void Control_characters_and_half_surrogates_never_get_into_a_subject() =>
        Sample.Japanese.Render(Sample.Offline with { ThingName = "a\r\nb\u0085c\u2029d\ud800e" }).ShortSubject(Limit, ascii: false)
            .ShouldBe("【オフライン】a  b c d\ufffde 02:14から");

    [Theory]
    [InlineData("a\u202Eenilffo", "a enilffo")]
    [InlineData("a\u2066b\u2069", "a b ")]
    [InlineData("a\uFFFFb\uFFFE", "a b ")]
    [InlineData("👩\u200D🔧 \u200Fשער", "👩\u200D🔧 \u200Fשער")]
    public void Nothing_in_a_text_turns_its_line_around_or_keeps_it_from_being_sent(string text, string printable) =>
        Characters.Printable(text).ShouldBe(printable);

    [Theory]
    [InlineData("abcdefghij", 9, "abc...hij")]
    [InlineData("🌱🌱🌱🌱🌱", 8, "🌱...🌱")]
    [InlineData("🌱🌱🌱🌱🌱", 0, "...")]
    public void Shortening_never_halves_a_character(string text, int maxLength, string shortened) =>
        Characters.Shorten(text, maxLength).ShouldBe(shortened);
}
