using CsCheck;
using IoTOrleans.Silo.Api.Access;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Api.Access;

public sealed class NewKeyTests
{
    /// <summary>As in docs/settings.md: scanners are given this pattern.</summary>
    [Fact]
    public void A_new_key_has_the_documented_form_and_is_never_the_same()
    {
        var keys = Enumerable.Range(0, 100).Select(_ => NewKey.Make()).ToList();
        keys.ShouldEachBe(key => System.Text.RegularExpressions.Regex.IsMatch(key, "^iotorleans_[0-9A-Za-z]{36}$"));
        keys.Distinct().Count().ShouldBe(100);
        keys.ShouldEachBe(key => !NewKey.IsBroken(key));
    }

    [Fact]
    public void One_changed_or_missing_character_is_noticed() =>
        Gen.Select(Gen.Int[0, 35], Gen.Char.AlphaNumeric, Gen.Bool).Sample((at, other, cut) =>
        {
            var key = NewKey.Make();
            at += NewKey.Prefix.Length;
            var broken = key[..at] + (cut ? "" : other) + key[(at + 1)..];
            return NewKey.IsBroken(broken) == (broken != key);
        });

    [Theory]
    [InlineData("a key of one's own")]
    [InlineData("")]
    public void A_key_of_somebody_else_is_not_ours_to_judge(string key) => NewKey.IsBroken(key).ShouldBeFalse();
}
