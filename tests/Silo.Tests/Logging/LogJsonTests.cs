using System.Diagnostics;
using System.Text.Json;
using CsCheck;
using IoTOrleans.Silo.Logging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Logging;

public sealed class LogJsonTests
{
    private static readonly Gen<string> Hostile = Gen.String[Gen.Frequency(
        (1, Gen.Char), (1, Gen.Char['\0', '\u00ff']), (1, Gen.Char['\ud800', '\udfff']),
        (1, Gen.OneOf('\u001b', '\n', '\r', '\u0085', '\u2028', '\u202e', '\u2066', '"', '\\', '}', '{')))];

    [Fact]
    public void Whatever_an_entry_quotes_it_is_one_object_on_one_line_and_safe_also_when_it_is_decoded() =>
        Gen.Select(Hostile, Hostile, Hostile).Sample((category, message, value) =>
        {
            var line = Line(category, message, [new("ThingName", value), new("{OriginalFormat}", message)], new FormatException(value));
            line.ShouldEndWith(Environment.NewLine);
            line = line[..^Environment.NewLine.Length];
            LogLinesTests.ShouldBeVisible(line);
            var entry = JsonDocument.Parse(line).RootElement;
            foreach (var text in Strings(entry)) LogLinesTests.ShouldBeVisible(text);
            entry.GetProperty("State").EnumerateObject().Select(one => one.Name).ShouldBe(["ThingName"]);
        });

    [Fact]
    public void Numbers_stay_numbers_and_letters_of_all_languages_are_readable()
    {
        var line = Line("C", "温室 is away", [new("Count", 3), new("Name", "温室"), new("Nothing", null)]);
        line.ShouldContain("温室 is away");
        var state = JsonDocument.Parse(line).RootElement.GetProperty("State");
        state.GetProperty("Count").GetInt32().ShouldBe(3);
        state.GetProperty("Name").GetString().ShouldBe("温室");
        state.GetProperty("Nothing").GetString().ShouldBe("");
    }

    [Fact]
    public void Two_arguments_of_the_same_name_are_one_of_them() =>
        JsonDocument.Parse(Line("C", "m", [new("A", 1), new("A", 2)])).RootElement.GetProperty("State").ToString().ShouldBe("""{"A":1}""");

    [Fact]
    public void It_carries_the_trace_where_there_is_one()
    {
        JsonDocument.Parse(Line("C", "m", [])).RootElement.TryGetProperty("TraceId", out _).ShouldBeFalse();
        using var activity = new Activity("a").Start();
        var entry = JsonDocument.Parse(Line("C", "m", [])).RootElement;
        entry.GetProperty("TraceId").GetString().ShouldBe(activity.TraceId.ToHexString());
        entry.GetProperty("SpanId").GetString().ShouldBe(activity.SpanId.ToHexString());
    }

    private static IEnumerable<string> Strings(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(one => Strings(one.Value).Append(one.Name)),
        JsonValueKind.String => [element.GetString()!],
        _ => [],
    };

    private static string Line(string category, string message, List<KeyValuePair<string, object?>> state, Exception? exception = null)
    {
        using var output = new StringWriter();
        new LogJson(TimeProvider.System).Write(
            new LogEntry<List<KeyValuePair<string, object?>>>(LogLevel.Warning, category, default, state, exception, (_, _) => message),
            null, output);
        return output.ToString();
    }
}
