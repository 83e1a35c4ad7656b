using IoTOrleans.Contracts;
using IoTOrleans.Grains.Mutes;
using IoTOrleans.Grains.Tests.Presence;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Tests.Policies;

/// <summary>Globs of policies and of mutes are the same.</summary>
public sealed class GlobTests
{
    [Theory]
    [InlineData("door-*", "door-1", true)]
    [InlineData("door-*", "door-", true)]
    [InlineData("door-*", "Door-1", false)]
    [InlineData("*-1", "door-1", true)]
    [InlineData("*-1", "door-1-1", true)]
    [InlineData("d*r-*1", "door-21", true)]
    [InlineData("*a*b*c*", "xxaxbxbxc", true)]
    [InlineData("*a*b*c*", "xxaxcxb", false)]
    [InlineData("*", "anything", true)]
    [InlineData("**", "x", true)]
    [InlineData("?", "x", true)]
    [InlineData("?", "xy", false)]
    [InlineData("??", "x", false)]
    [InlineData("door-?", "door-1", true)]
    [InlineData("door-?", "door-12", false)]
    [InlineData("*?-1", "-1", false)]
    [InlineData("a?c*?", "abcd", true)]
    [InlineData(@"a\*c", "a*c", true)]
    [InlineData(@"a\*c", "abc", false)]
    [InlineData(@"a\?", "a?", true)]
    [InlineData(@"a\?", "ab", false)]
    [InlineData(@"a\\b", @"a\b", true)]
    [InlineData(@"a\b", @"a\b", true)]
    [InlineData(@"a\", @"a\", true)]
    public void Stars_question_marks_and_backslashes(string glob, string name, bool matches) => Matches(glob, name, matches);

    [Theory]
    [InlineData("?", "\U00020BB7", true)]
    [InlineData("??", "\U00020BB7", false)]
    [InlineData("?野家", "\U00020BB7野家", true)]
    [InlineData("lamp-?", "lamp-😀", true)]
    [InlineData("lamp-??", "lamp-😀", false)]
    [InlineData("lamp-?", "lamp-👍🏽", true)]
    [InlineData("lamp-?", "lamp-👩‍🔧", true)]
    [InlineData("lamp-?", "lamp-🇯🇵", true)]
    [InlineData("lamp-??", "lamp-🇯🇵🇫🇷", true)]
    [InlineData("*?*?", "👍🏽", false)]
    [InlineData("caf?-1", "cafe\u0301-1", true)]
    [InlineData("caf?-1", "caf\u00e9-1", true)]
    [InlineData("caf\u00e9*", "cafe\u0301-1", false)]
    [InlineData("*-😀", "lamp-😀", true)]
    [InlineData("温?", "温室", true)]
    [InlineData("?", "が", true)]
    [InlineData("?", "か\u3099", true)]
    public void A_question_mark_is_what_people_see_as_one_character(string glob, string name, bool matches) => Matches(glob, name, matches);

    /// <summary>What stands in a glob is compared code point by code point, so it may be part of a character, and so may a star.</summary>
    [Theory]
    [InlineData("**が**\u0301", "?abが🇯🇵\\*🇯🇵éが\u0301", true)]
    [InlineData("か*", "か\u3099", true)]
    [InlineData("*\u3099", "か\u3099", true)]
    [InlineData("cafe*-1", "cafe\u0301-1", true)]
    [InlineData("कमर*", "कमरा", true)]
    [InlineData("lamp-❤*", "lamp-❤\uFE0F1", true)]
    [InlineData("か?", "か\u3099", false)]
    [InlineData("cafe?-1", "cafe\u0301-1", false)]
    [InlineData("*?\u0301", "e\u0301", false)]
    [InlineData("*🇵?", "🇯🇵🇫🇷", true)]
    [InlineData("*🇯?", "🇯🇵🇫🇷", false)]
    public void A_star_may_begin_and_end_within_a_character_and_a_question_mark_may_not(string glob, string name, bool matches) =>
        Matches(glob, name, matches);

    [Fact]
    public void The_worst_glob_of_a_mute_takes_no_time_that_matters()
    {
        var began = TimeProvider.System.GetTimestamp();
        Matches(string.Concat(Enumerable.Repeat("*a", 8)) + "*b", new string('a', 128), false);
        TimeProvider.System.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(1));
    }

    private static void Matches(string glob, string name, bool matches)
    {
        var options = new PresenceOptions { Policies = { new PolicyOptions { Match = glob } } };
        var policy = new PresencePolicies(new ChangingOptions<PresenceOptions>(options), [], []).For(name);
        (policy.Match == glob).ShouldBe(matches, $"policy {glob} of {name}");

        var mutes = new MuteIndex(new MuteList { Mutes = [new Mute { Id = "m", Glob = glob, From = Story.Start, UntilRecovered = true }] });
        mutes.Holding(name, new DeviceState(), Story.Start).Count.ShouldBe(matches ? 1 : 0, $"mute {glob} of {name}");
    }
}
