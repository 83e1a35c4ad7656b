using System.Globalization;
using System.Text;
using CsCheck;
using IoTOrleans.Silo.Logging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Runtime;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Logging;

public sealed class LogLinesTests
{
    private static readonly Gen<string> Hostile = Gen.String[Gen.Frequency(
        (1, Gen.Char), (1, Gen.Char['\0', '\u00ff']), (1, Gen.Char['\u2000', '\u206f']), (1, Gen.Char['\ud800', '\udfff']),
        (1, Gen.OneOf(
            '\u061c', '\u001b', '\n', '\r', '\u0085', '\u2028', '\u202e', '\u2066', '\u200b', '\ufeff', '\u00ad', '\u3164', '\u034f')))];

    [Fact]
    public void Nothing_in_an_entry_moves_a_cursor_turns_text_around_or_cannot_be_seen() =>
        Gen.Select(Hostile, Hostile, Hostile).Sample((category, message, fault) =>
        {
            var line = Line(category, message, new InvalidOperationException(fault, new FormatException(fault)));
            line.ShouldEndWith(Environment.NewLine);
            ShouldBeVisible(line[..^Environment.NewLine.Length]);
        });

    [Theory]
    [InlineData("\u001b]0;x\u0007", @"\u001b]0;x\u0007")]
    [InlineData("a\u202Eb\u2066c\u200Fd\u061Ce", @"a\u202eb\u2066c\u200fd\u061ce")]
    [InlineData("a\u200Bb\u00ADc\uFEFF", @"a\u200bb\u00adc\ufeff")]
    [InlineData("a\r\nb\nc\u0085d\u2028e", "a b c d e")]
    [InlineData("\U000E0041", @"\udb40\udc41")]
    [InlineData("👍🏽 温室 é e\u0301 \\ \"", "👍🏽 温室 é e\u0301 \\ \"")]
    public void It_is_written_as_an_escape(string message, string written) =>
        Line("C", message).ShouldContain($" info: C {written}{Environment.NewLine}");

    /// <summary>The names of tests cannot hold them.</summary>
    [Fact]
    public void So_is_half_a_character() => Line("C", "x\udc00 \ud800y").ShouldContain(@" C x\udc00 \ud800y");

    [Fact]
    public void An_entry_is_bounded_and_keeps_its_ends()
    {
        var line = Line("C", "begin" + new string('\u001b', 100_000) + "end", new InvalidOperationException(new string('y', 100_000)));
        line.Length.ShouldBeLessThan(13_000);
        line.ShouldContain("begin");
        line.ShouldContain("end");
    }

    [Fact]
    public void A_call_to_a_silo_that_died_is_told_by_its_caller_alone()
    {
        const string Calls = "Orleans.Runtime.CallbackData";
        Line(Calls, "The target silo became unavailable for message: 'Request'.").ShouldBeEmpty();
        Line(Calls, "Response did not arrive on time in 00:00:30 for message: 'Request'.").ShouldContain("did not arrive");
        Line("IoTOrleans.Grains.Fleet", "The target silo became unavailable.").ShouldContain("unavailable");
    }

    /// <summary>Memory storage is kept by grains, and the only silo cannot reach its own while it stops.</summary>
    [Fact]
    public void The_last_calls_to_memory_are_told_by_their_callers_alone()
    {
        const string Gone = "No active nodes are compatible with grain memorystorage and interface IMemoryStorageGrain version 0.";
        var exception = new OrleansException(Gone);
        Line("Orleans.Messaging", "Failed to address message Request", exception).ShouldBeEmpty();
        Line("Orleans.Grain", "Error thrown from OnDeactivateAsync", exception).ShouldBeEmpty();
        Line("Polly", $"Execution attempt. Result: {Gone}").ShouldBeEmpty();
        Line("IoTOrleans.Grains.Fleet.FleetGrain", "Not stored.", exception).ShouldContain("memorystorage");
        Line("Orleans.Messaging", "Failed to address message Request", new OrleansException("No active nodes are compatible with grain x"))
            .ShouldContain("grain x");
    }

    internal static void ShouldBeVisible(string line)
    {
        for (var at = 0; at < line.Length; at += Rune.TryGetRuneAt(line, at, out var rune) ? rune.Utf16SequenceLength : 1)
        {
            var category = CharUnicodeInfo.GetUnicodeCategory(line, at);
            (category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate).ShouldBeFalse($"U+{(int)line[at]:X4} in {line}");
        }
    }

    [Fact]
    public void Our_classes_are_named_without_their_namespace()
    {
        Line("IoTOrleans.Grains.Dispatch.ThingNotifications", "x").ShouldContain(" info: ThingNotifications x");
        Line("Orleans.Runtime.Silo", "x").ShouldContain(" info: Orleans.Runtime.Silo x");
    }

    private static string Line(string category, string message, Exception? exception = null)
    {
        using var output = new StringWriter();
        new LogLines(TimeProvider.System).Write(
            new LogEntry<string>(LogLevel.Information, category, default, message, exception, (text, _) => text), null, output);
        return output.ToString();
    }
}
