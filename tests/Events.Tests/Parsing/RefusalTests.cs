using System.Text;
using System.Text.RegularExpressions;
using IoTOrleans.Contracts;
using IoTOrleans.Events;
using IoTOrleans.Events.Parsing;
using IoTOrleans.Testing.Emulators;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Parsing;

/// <summary>What is refused, and that the sentence helps.</summary>
public sealed class RefusalTests : ParserTest
{
    [Theory]
    [InlineData("", "empty")]
    [InlineData("hello", "line 1, byte 1")]
    [InlineData("{\"thingName\":\"a\",\n  connected:true}", "line 2, byte 3")]
    [InlineData("""{"thingName":"a","connected":true} {}""", "line 1")]
    [InlineData("eyJ0aGluZ05hbWUiOiJycGktMSJ9", "useBase64")]
    [InlineData("""{"connected":true,"connected":false}""", "twice")]
    [InlineData("""{"thingName":"a","connected":NaN}""", "line 1")]
    public void What_is_not_json_is_refused_with_the_place(string body, string expected) =>
        Refused(body, RefusalReason.NotJson).ShouldContain(expected);

    [Fact]
    public void Bytes_that_are_not_utf8_are_refused()
    {
        byte[] body = [.. "{\"thingName\":\"a"u8, 0xFF, .. "\",\"connected\":true}"u8];
        EventParser.Parse(body, EventSource.Http, ReceivedAt).ShouldBeOfType<ParsedEvent.Refused>().Detail.ShouldContain("UTF-8");
    }

    [Fact]
    public void What_is_nested_more_than_64_deep_is_refused()
    {
        string Nested(int depth) =>
            $$"""{"thingName":"a","connected":true,"timestamp":{{Second}},"x":{{new string('[', depth)}}{{new string(']', depth)}} }""";

        FromQueue(Nested(63)).ShouldBeOfType<ParsedEvent.Change>();
        Refused(Nested(64), RefusalReason.NotJson);
        Refused(Nested(500_000), RefusalReason.NotJson);
    }

    [Theory]
    [InlineData("[]", "POST /events")]
    [InlineData("null", "JSON object")]
    [InlineData("\"{}\"", "JSON object")]
    [InlineData("1", "JSON object")]
    [InlineData("""{"thingName":"a","current":"connected"}""", "`current`")]
    public void What_is_no_object_is_refused(string body, string expected) => Refused(body, RefusalReason.NotAnObject)
        .ShouldContain(expected);

    [Theory]
    [InlineData("\"reconnected\"")]
    [InlineData("\"Connected\"")]
    [InlineData("7")]
    [InlineData("\"\\ud800\"")]
    public void An_event_type_that_aws_does_not_have_is_refused(string type) =>
        Refused($$"""{"clientId":"a","eventType":{{type}},"timestamp":1763884800000}""", RefusalReason.UnknownEventType);

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"connected":true,"timestamp":1763884800}""")]
    [InlineData("""{"thingName":"","connected":true,"timestamp":1763884800}""")]
    [InlineData("""{"clientId":"a","connected":true,"timestamp":1763884800}""")]
    [InlineData("""{"clientId":"a","current":{}}""")]
    [InlineData("""{"eventType":"connected","timestamp":1763884800000}""")]
    public void An_event_of_nobody_is_refused(string body) => Refused(body, RefusalReason.NoThingName).ShouldContain("thingName");

    [Theory]
    [InlineData("7")]
    [InlineData("\"a\\u0000b\"")]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"a\\udc00\"")]
    [InlineData("\"\\uffff\"")]
    public void A_name_that_is_no_name_is_refused(string name)
    {
        Refused($$"""{"thingName":{{name}},"connected":true,"timestamp":1763884800}""", RefusalReason.BadThingName);
        Refused($$"""{"clientId":{{name}},"eventType":"connected","timestamp":1763884800000}""", RefusalReason.BadThingName);
        Refused($$"""{"thingName":{{name}},"current":{} }""", RefusalReason.BadThingName);
    }

    [Fact]
    public void A_name_may_have_128_code_points() =>
        Refused($$"""{"thingName":"{{new string('a', 129)}}","connected":true,"timestamp":1763884800}""", RefusalReason.BadThingName)
            .ShouldContain("128");

    [Theory]
    [InlineData("", "missing")]
    [InlineData("\"connected\":null,", "missing")]
    [InlineData("\"connected\":\"true\",", "true or false")]
    [InlineData("\"connected\":1,", "true or false")]
    [InlineData("\"connected\":{},", "true or false")]
    public void Connected_is_true_or_false(string connected, string expected)
    {
        Refused($$"""{ {{connected}}"thingName":"a","timestamp":1763884800}""", RefusalReason.ConnectedNotBoolean).ShouldContain(expected);
    }

    [Fact]
    public void Connected_of_a_shadow_document_is_true_or_false_when_it_is_there() =>
        Refused("""{"thingName":"a","current":{"state":{"reported":{"connected":"yes"}}},"timestamp":1763884800}""",
            RefusalReason.ConnectedNotBoolean);

    [Fact]
    public void A_lifecycle_event_without_a_time_is_refused_at_every_door()
    {
        const string Body = """{"clientId":"a","eventType":"connected"}""";

        Refused(Body, RefusalReason.NoTimestamp);
        Tell(OverHttp(Body)).ShouldBe("refused NoTimestamp");
    }

    [Theory]
    [InlineData("1262303999.999", "before 2010")]
    [InlineData("0", "before 2010")]
    [InlineData("-1e20", "before 2010")]
    [InlineData("1e-9999", "before 2010")]
    [InlineData("1763885760.001", "more than 10 minutes ahead")]
    [InlineData("1763884800123", "looks like milliseconds")]
    [InlineData("1e28", "more than 10 minutes ahead")]
    [InlineData("1e400", "number of seconds")]
    [InlineData("\"1763884800\"", "number of seconds")]
    [InlineData("\"2025-11-23T08:00:00Z\"", "number of seconds")]
    [InlineData("true", "number of seconds")]
    public void A_time_that_cannot_be_is_refused(string stamp, string expected) =>
        Refused($$"""{"thingName":"a","connected":true,"timestamp":{{stamp}}}""", RefusalReason.BadTimestamp).ShouldContain(expected);

    [Theory]
    [InlineData("1262304000")]
    [InlineData("1763885760")]
    public void The_first_moment_of_2010_and_ten_minutes_ahead_are_times(string stamp) =>
        Change($$"""{"thingName":"a","connected":true,"timestamp":{{stamp}}}""").ShouldNotBeNull();

    [Fact]
    public void A_lifecycle_event_in_seconds_is_refused_with_a_hint() =>
        Refused("""{"clientId":"a","eventType":"connected","timestamp":1763884800}""", RefusalReason.BadTimestamp)
            .ShouldContain("looks like seconds");

    [Theory]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("9223372036854775808")]
    [InlineData("1e400")]
    [InlineData("\"12\"")]
    [InlineData("{}")]
    public void A_version_that_is_no_whole_number_is_refused(string version)
    {
        Refused($$"""{"thingName":"a","connected":true,"timestamp":1763884800,"version":{{version}}}""", RefusalReason.BadVersion)
            .ShouldContain("`version`");
        Refused($$"""{"clientId":"a","eventType":"connected","timestamp":1763884800000,"versionNumber":{{version}}}""",
            RefusalReason.BadVersion)
            .ShouldContain("`versionNumber`");
    }

    [Theory]
    [InlineData("7")]
    [InlineData("\"a\\nb\"")]
    [InlineData("\"\\u0085\"")]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"LONG\"")]
    public void A_text_that_could_not_be_stored_or_shown_is_refused(string text)
    {
        text = text.Replace("LONG", new string('x', 129), StringComparison.Ordinal);

        Refused($$"""{"clientId":"a","eventType":"connected","timestamp":1763884800000,"sessionIdentifier":{{text}}}""",
            RefusalReason.BadText);
        Refused($$"""{"clientId":"a","eventType":"disconnected","timestamp":1763884800000,"disconnectReason":{{text}}}""",
            RefusalReason.BadText);
        Refused($$"""{"thingName":"a","connected":true,"timestamp":1763884800,"version":1,"shadowName":{{text}}}""", RefusalReason.BadText);
    }

    [Theory]
    [InlineData("[]", "object")]
    [InlineData("\"site=roof\"", "object")]
    [InlineData("""{"floor":3}""", "strings")]
    [InlineData("""{"a":"\ud800"}""", "strings")]
    [InlineData("""{"1":"","2":"","3":"","4":"","5":"","6":"","7":"","8":"","9":""}""", "8 pairs")]
    [InlineData("""{"a":"LONG"}""", "256 bytes")]
    public void Attributes_that_are_no_few_short_string_pairs_are_refused(string attributes, string expected)
    {
        // 85 characters of three bytes and a key of one are 256 bytes; one more is too many.
        attributes = attributes.Replace("LONG", new string('温', 85) + "x", StringComparison.Ordinal);

        Refused($$"""{"thingName":"a","connected":true,"timestamp":1763884800,"attributes":{{attributes}}}""", RefusalReason.BadAttributes)
            .ShouldContain(expected);
    }

    [Fact]
    public void Attributes_may_have_8_pairs_and_256_bytes()
    {
        Change($$$"""{"thingName":"a","connected":true,"timestamp":1763884800,"attributes":{"a":"{{{new string('温', 85)}}}"}}""")
            .Attributes.ShouldNotBeNull()["a"].Length.ShouldBe(85);
        Change("""{"thingName":"a","connected":true,"timestamp":1763884800,"attributes":{"1":"","2":"","3":"","4":"","5":"","6":"","7":"","8":""}}""")
            .Attributes.ShouldNotBeNull().Count.ShouldBe(8);
    }

    [Fact]
    public void Half_a_surrogate_pair_is_ignored_in_a_field_that_nobody_reads_and_refused_where_it_is_read()
    {
        FromQueue("""{"thingName":"a","connected":true,"timestamp":1763884800,"x":"\ud800"}""").ShouldBeOfType<ParsedEvent.Change>();
        Refused("""{"Type":"Notification","Message":"\ud800"}""", RefusalReason.NotJson);
        Refused("""{"thingName":"a","connected":true,"timestamp":1763884800,"attributes":{"\ud800":"x"}}""", RefusalReason.NotJson);
    }

    [Fact]
    public void The_refusal_does_not_repeat_what_the_stranger_wrote()
    {
        string[] bodies =
        [
            """{"SECRET":1,"SECRET":2}""",
            """{"thingName":"SECRET\n"}""",
            """{"clientId":"a","eventType":"SECRET"}""",
            """{"thingName":"a","connected":"SECRET"}""",
            """SECRET""",
        ];

        foreach (var body in bodies) FromQueue(body).ShouldBeOfType<ParsedEvent.Refused>().Detail.ShouldNotContain("SECRET");
    }

    [Fact]
    public void Of_an_array_the_one_with_half_a_surrogate_pair_is_named() =>
        EventParser.ParseAll(
            """[{"thingName":"a","connected":true},{"Type":"Notification","Message":"\ud800"}]"""u8.ToArray(), EventSource.Http, ReceivedAt)
            .Select(Tell).ShouldBe(["a: connected at 08:06:00.000, Time", "refused NotJson"]);

    [Fact]
    public void Every_reason_is_documented_and_no_other()
    {
        var docs = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "events.md"));
        Regex.Matches(docs, @"^\| `(\w+)` \|", RegexOptions.Multiline).Select(row => row.Groups[1].Value)
            .ShouldBe(Enum.GetNames<RefusalReason>(), ignoreOrder: true);
    }

    [Fact]
    public void A_byte_order_mark_is_ignored() => FromQueue("\uFEFF{\"thingName\":\"a\",\"connected\":true,\"timestamp\":1763884800}")
        .ShouldBeOfType<ParsedEvent.Change>();
}
