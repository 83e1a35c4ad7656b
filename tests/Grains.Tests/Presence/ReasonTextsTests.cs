using System.Text.RegularExpressions;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Tests.Presence;

public sealed class ReasonTextsTests
{
    private static readonly PresenceReason[] all = Enum.GetValues<PresenceReason>();

    public static TheoryData<PresenceReason> All => [.. all];

    [Theory]
    [MemberData(nameof(All))]
    public void Every_reason_has_a_name_and_one_plain_sentence(PresenceReason reason)
    {
        Regex.IsMatch(ReasonTexts.NameOf(reason), "^[a-z]+(-[a-z]+)*$").ShouldBeTrue(ReasonTexts.NameOf(reason));
        var sentence = ReasonTexts.SentenceOf(reason);
        sentence.ShouldNotBe(ReasonTexts.Unknown, $"say in ReasonTexts what {reason} means");
        Regex.IsMatch(sentence, "^[A-Z].{5,120}[.]$").ShouldBeTrue(sentence);
    }

    [Fact]
    public void No_two_reasons_are_told_alike()
    {
        all.Select(ReasonTexts.SentenceOf).Distinct().Count().ShouldBe(all.Length);
        all.Select(ReasonTexts.NameOf).Distinct().Count().ShouldBe(all.Length);
        all.Distinct().Count().ShouldBe(all.Length, "a number is never used twice");
    }

    [Fact]
    public void What_a_newer_version_has_recorded_is_told_as_unknown()
    {
        ReasonTexts.NameOf((PresenceReason)9999).ShouldBe("unknown");
        ReasonTexts.SentenceOf((PresenceReason)9999).ShouldBe(ReasonTexts.Unknown);
        ReasonTexts.EventOf((PresenceReason)9999).ShouldBeNull();
    }

    /// <summary>What the rules write into a history although nothing happened to the thing.</summary>
    [Fact]
    public void A_change_of_status_is_an_event()
    {
        foreach (var reason in all.Where(reason => Regex.IsMatch(ReasonTexts.NameOf(reason),
            "^(first-connected|came-back-(in|told|muted)|dropped|grace-started|told|delivered|hold-held|healed)")))
            ReasonTexts.EventOf(reason).ShouldNotBeNull(reason.ToString());
        ReasonTexts.EventOf(PresenceReason.NothingToDo).ShouldBeNull();
    }
}
