using IoTOrleans.Events;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests;

public sealed class ThingNameTests
{
    [Theory]
    [InlineData("rpi-1")]
    [InlineData(" a")]
    [InlineData("倉庫の温度計")]
    [InlineData("door/left #1 + 50 %")]
    [InlineData("\uFFFD")]
    public void Anything_a_person_would_write_is_a_name(string name) => ShouldBeValid(name);

    [Fact]
    public void A_name_has_up_to_128_code_points_and_384_bytes()
    {
        ShouldBeValid(new string('a', 128));
        ShouldBeRefused(new string('a', 129), "128");

        // Three bytes each, then four each: characters, not UTF-16 units, are counted.
        ShouldBeValid(new string('温', 128));
        ShouldBeRefused(new string('温', 129), "128");
        ShouldBeValid(string.Concat(Enumerable.Repeat("🌡", 96)));
        ShouldBeRefused(string.Concat(Enumerable.Repeat("🌡", 97)), "384");
        ShouldBeRefused(new string('a', 1_000_000), "128");
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData(" ", "blank")]
    [InlineData("\u3000\u00a0", "blank")]
    [InlineData("a\0b", "U+0000")]
    [InlineData("line\nbreak", "U+000A at character 5")]
    [InlineData("\u007F", "U+007F")]
    [InlineData("🌡\u0085", "U+0085 at character 2")]
    [InlineData("\uFFFE", "U+FFFE")]
    [InlineData("\uFFFF", "U+FFFF")]
    public void What_cannot_be_told_of_is_no_name(string name, string why) => ShouldBeRefused(name, why);

    [Fact]
    public void Half_a_surrogate_pair_is_no_name()
    {
        // Not as InlineData: the runner's own report could not be written as UTF-8.
        ShouldBeRefused("a" + (char)0xD83C, "character 2");
        ShouldBeRefused((char)0xDF21 + "a", "character 1");
        ShouldBeRefused("" + (char)0xDF21 + (char)0xD83C, "character 1");
    }

    [Fact]
    public void Null_is_no_name() => ThingName.IsValid(null, out _).ShouldBeFalse();

    private static void ShouldBeValid(string name)
    {
        ThingName.IsValid(name, out var why).ShouldBeTrue(why);
        why.ShouldBeNull();
    }

    private static void ShouldBeRefused(string name, string expected)
    {
        ThingName.IsValid(name, out var why).ShouldBeFalse();
        why.ShouldNotBeNull().ShouldContain(expected);
    }
}
