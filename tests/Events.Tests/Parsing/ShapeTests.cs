using IoTOrleans.Contracts;
using IoTOrleans.Events;
using IoTOrleans.Events.Parsing;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Parsing;

/// <summary>Which shape a body is taken for, and what the corners of each mean.</summary>
public sealed class ShapeTests : ParserTest
{
    [Fact]
    public void An_event_type_makes_it_a_lifecycle_event_whatever_else_is_there() =>
        Change("""{"clientId":"a","eventType":"connected","timestamp":1763884800000,"connected":false,"current":{},"version":3}""")
            .ShouldSatisfyAllConditions(
                change => change.Connected.ShouldBeTrue(), change => change.Kind.ShouldBe(ChangeKind.LifecycleTime));

    [Fact]
    public void A_current_makes_it_a_shadow_document() =>
        Tell(FromQueue("""{"thingName":"a","connected":false,"timestamp":1763884800,"current":{}}""")).ShouldBe("a: nothing");

    [Fact]
    public void A_type_without_a_message_is_no_envelope() =>
        Tell(FromQueue("""{"Type":"Notification","thingName":"a","connected":true,"timestamp":1763884800}"""))
            .ShouldBe("a: connected at 08:00:00.000, Time");

    [Theory]
    [InlineData("""{"eventType":null,"thingName":"a","connected":true,"timestamp":1763884800}""")]
    [InlineData("""{"current":null,"thingName":"a","connected":true,"timestamp":1763884800}""")]
    [InlineData("""{"attributes":null,"shadowName":null,"version":null,"thingName":"a","connected":true,"timestamp":1763884800}""")]
    public void Null_counts_as_absent(string body) => Tell(FromQueue(body)).ShouldBe("a: connected at 08:00:00.000, Time");

    [Theory]
    [InlineData("""{"thingName":null,"clientId":"b","eventType":"connected","timestamp":1763884800000}""")]
    [InlineData("""{"thingName":"","clientId":"b","eventType":"connected","timestamp":1763884800000}""")]
    public void Without_a_thing_name_the_client_id_of_a_lifecycle_event_is_the_thing(string body) =>
        Tell(FromQueue(body)).ShouldBe("b: connected at 08:00:00.000, LifecycleTime");

    [Theory]
    [InlineData("""{"thingName":"a","clientId":"a-jobs","eventType":"connected","timestamp":1763884800000,"versionNumber":3}""", "a-jobs")]
    [InlineData("""{"thingName":"a","clientId":"a","eventType":"connected","timestamp":1763884800000,"versionNumber":3}""", null)]
    [InlineData("""{"thingName":"a","clientId":null,"eventType":"connected","timestamp":1763884800000,"versionNumber":3}""", null)]
    [InlineData("""{"clientId":"a","eventType":"connected","timestamp":1763884800000,"versionNumber":3}""", null)]
    public void The_client_is_kept_where_it_is_not_the_thing(string body, string? client) => Change(body).ClientId.ShouldBe(client);

    [Fact]
    public void A_client_id_may_be_as_long_as_a_thing_name()
    {
        var name = string.Concat(Enumerable.Repeat("🚪", 96));
        Change($$"""{"clientId":"{{name}}","eventType":"connected","timestamp":1763884800000,"versionNumber":3}""").ClientId.ShouldBeNull();
    }

    [Fact]
    public void Empty_texts_say_nothing() =>
        Change("""{"clientId":"a","eventType":"disconnected","timestamp":1763884800000,"sessionIdentifier":"","disconnectReason":""}""")
            .ShouldSatisfyAllConditions(
                change => change.SessionIdentifier.ShouldBeNull(),
                change => change.DisconnectReason.ShouldBeNull());

    [Fact]
    public void Only_a_disconnect_has_a_disconnect_reason() =>
        Change("""{"clientId":"a","eventType":"connected","timestamp":1763884800000,"disconnectReason":"NONE"}""")
            .DisconnectReason.ShouldBeNull();

    [Fact]
    public void The_time_of_a_shadow_document_is_that_of_its_field_before_that_of_the_document()
    {
        const string Document = """
            {"thingName":"a","timestamp":1763884802,
             "current":{"state":{"reported":{"connected":true}},"metadata":{"reported":{"connected":{"timestamp":STAMP}}}}}
            """;

        Tell(FromQueue(Document.Replace("STAMP", "1763884801", StringComparison.Ordinal))).ShouldBe("a: connected at 08:00:01.000, Time");
        Tell(FromQueue(Document.Replace("STAMP", "null", StringComparison.Ordinal))).ShouldBe("a: connected at 08:00:02.000, Time");
    }

    [Fact]
    public void A_shadow_document_without_any_time_is_refused_unless_it_changes_nothing()
    {
        Refused("""{"thingName":"a","current":{"state":{"reported":{"connected":true}}}}""", RefusalReason.NoTimestamp);
        Tell(FromQueue("""
            {"thingName":"a","previous":{"state":{"reported":{"connected":true}}},"current":{"state":{"reported":{"connected":true}}}}
            """)).ShouldBe("a: nothing");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"state":{}}""")]
    [InlineData("""{"state":{"reported":null}}""")]
    [InlineData("""{"state":"gone"}""")]
    [InlineData("""{"state":{"reported":{"connected":null}}}""")]
    public void A_shadow_document_without_connected_is_fine_and_says_nothing(string current) =>
        Tell(FromQueue($$"""{"thingName":"a","current":{{current}},"timestamp":1763884800}""")).ShouldBe("a: nothing");

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"state":{"reported":{}}}""")]
    [InlineData("""{"state":{"reported":{"connected":"true"}}}""")]
    public void A_previous_that_says_nothing_leaves_the_change_a_change(string previous) =>
        Change($$$"""
            {"thingName":"a","previous":{{{previous}}},"current":{"state":{"reported":{"connected":true}},"version":2},"timestamp":1763884800}
            """).SaysUnchanged.ShouldBeFalse();

    [Theory]
    [InlineData("true", false, true)]
    [InlineData("false", true, false)]
    [InlineData("null", false, false)]
    public void A_shadow_document_says_whether_connected_was_the_opposite_before(string before, bool unchanged, bool changed)
    {
        const string Document = """
            {"thingName":"a","previous":{"state":{"reported":{"connected":BEFORE}}},"current":{"state":{"reported":{"connected":false}},"version":2},"timestamp":1763884800}
            """;
        var change = Change(Document.Replace("BEFORE", before));
        (change.SaysUnchanged, change.SaysChanged).ShouldBe((unchanged, changed));
    }

    [Fact]
    public void Only_a_numbered_shadow_has_a_name()
    {
        Change("""{"thingName":"a","connected":true,"timestamp":1763884800,"shadowName":"s","version":1}""").ShadowName.ShouldBe("s");
        Change("""{"thingName":"a","connected":true,"timestamp":1763884800,"shadowName":"s"}""").ShadowName.ShouldBeNull();
    }

    [Fact]
    public void The_flat_shape_takes_a_reason_for_a_disconnect()
    {
        Tell(FromQueue("""{"thingName":"a","connected":false,"timestamp":1763884800,"version":3,"disconnectReason":"CONNECTION_LOST"}"""))
            .ShouldBe("a: disconnected at 08:00:00.000, Shadow 3, CONNECTION_LOST");
        Tell(OverHttp("""{"thingName":"a","connected":false,"disconnectReason":"battery empty"}"""))
            .ShouldBe("a: disconnected at 08:06:00.000, Time, battery empty");
        Change("""{"thingName":"a","connected":true,"timestamp":1763884800,"disconnectReason":"CONNECTION_LOST"}""").DisconnectReason
            .ShouldBeNull();
        Change("""{"thingName":"a","connected":false,"timestamp":1763884800,"disconnectReason":null}""").DisconnectReason.ShouldBeNull();
        Refused("""{"thingName":"a","connected":false,"timestamp":1763884800,"disconnectReason":7}""", RefusalReason.BadText)
            .ShouldContain("disconnectReason");
        Refused($$"""{"thingName":"a","connected":false,"timestamp":1763884800,"disconnectReason":"{{new string('x', 129)}}"}""",
            RefusalReason.BadText);
    }

    [Fact]
    public void Attributes_left_out_say_nothing_and_an_empty_object_says_that_there_are_none()
    {
        Change("""{"thingName":"a","connected":true,"timestamp":1763884800}""").Attributes.ShouldBeNull();
        Change("""{"thingName":"a","connected":true,"timestamp":1763884800,"attributes":{}}""").Attributes.ShouldNotBeNull()
            .ShouldBeEmpty();
    }

    [Theory]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("0", 0L)]
    [InlineData("-0", 0L)]
    [InlineData("12.000", 12L)]
    [InlineData("1.7328E4", 17328L)]
    public void A_version_is_whole_however_it_is_written(string version, long expected) =>
        Change($$"""{"thingName":"a","connected":true,"timestamp":1763884800,"version":{{version}}}""").Number.ShouldBe(expected);

    [Fact]
    public void An_element_of_an_array_is_read_as_a_body_is()
    {
        var events = EventParser.ParseAll("""[{"thingName":"a","connected":true},7]"""u8.ToArray(), EventSource.Http, ReceivedAt);

        Tell(events[0]).ShouldBe("a: connected at 08:06:00.000, Time");
        Tell(events[1]).ShouldBe("refused NotAnObject");
    }
}
