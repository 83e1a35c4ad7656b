using System.Text;
using IoTOrleans.Events;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Parsing;

/// <summary>The corners of an IoT rule's error message.</summary>
public sealed class ErrorMessageTests : ParserTest
{
    private const string Document = """{"current":{"state":{"reported":{"connected":false}},"version":7},"timestamp":1763884800}""";

    [Theory]
    [InlineData("$aws/things/a/shadow/update/documents", "a: disconnected at 08:00:00.000, Shadow 7, by r")]
    [InlineData("$aws/things/a/shadow/name/s/update/documents", "a: disconnected at 08:00:00.000, Shadow 7 of s, by r")]
    [InlineData("$aws/things/site:1_x-2/shadow/update/documents", "site:1_x-2: disconnected at 08:00:00.000, Shadow 7, by r")]
    [InlineData("$aws/things//shadow/update/documents", "refused BadThingName, by r")]
    [InlineData("$aws/things/a\\u0000/shadow/update/documents", "refused BadThingName, by r")]
    [InlineData("$aws/things/a/shadow/name/LONG/update/documents", "refused BadText, by r")]
    [InlineData("$aws/things/a/shadow/update/accepted", "refused NoThingName, by r")]
    [InlineData("$aws/things/a/b/shadow/update/documents", "refused NoThingName, by r")]
    [InlineData("things/a/shadow/update/documents", "refused NoThingName, by r")]
    [InlineData("\\ud800", "refused NoThingName, by r")]
    [InlineData("", "refused NoThingName, by r")]
    public void A_shadow_document_is_of_the_thing_in_the_topic(string topic, string expected) =>
        Tell(FromQueue(Message(Document, topic.Replace("LONG", new string('x', 129), StringComparison.Ordinal)))).ShouldBe(expected);

    [Fact]
    public void The_topic_counts_more_than_a_name_in_the_payload()
    {
        var payload = """{"thingName":"b","shadowName":"s",""" + Document[1..];
        Tell(FromQueue(Message(payload, "$aws/things/a/shadow/update/documents")))
            .ShouldBe("a: disconnected at 08:00:00.000, Shadow 7, by r");
    }

    [Fact]
    public void A_refusal_says_where_the_trouble_is()
    {
        Refused(Message(Document, "own/topic"), RefusalReason.NoThingName).ShouldContain("`topic`");
        Refused(Message("hello", "own/topic"), RefusalReason.NotJson).ShouldStartWith("In `base64OriginalPayload`: ");
        Refused("""{"base64OriginalPayload":"?"}""", RefusalReason.BadOriginalPayload).ShouldContain("base64OriginalPayload");
        Refused("""{"base64OriginalPayload":7}""", RefusalReason.BadOriginalPayload);
        Refused("""{"base64OriginalPayload":""}""", RefusalReason.NotJson).ShouldContain("empty");
        Refused(Message(Message(Document, "x"), "x"), RefusalReason.NestedErrorMessage);
    }

    [Fact]
    public void An_envelope_and_an_error_message_may_be_around_an_event_once_each_in_any_order()
    {
        const string Event = """{"thingName":"a","connected":true,"timestamp":1763884800}""";

        Tell(FromQueue(Envelope(Message(Event)))).ShouldBe("a: connected at 08:00:00.000, Time, by r");
        Tell(FromQueue(Message(Envelope(Event)))).ShouldBe("a: connected at 08:00:00.000, Time, by r");
        Tell(FromQueue(Message(Envelope(Message(Event))))).ShouldBe("refused NestedErrorMessage, by r");
        Tell(FromQueue(Envelope(Message(Envelope(Event))))).ShouldBe("refused NestedEnvelope, by r");
    }

    /// <summary>It waited in a queue for nobody knows how long.</summary>
    [Fact]
    public void Over_http_an_event_in_an_error_message_does_not_happen_now()
    {
        Tell(OverHttp(Message("""{"thingName":"a","connected":false}"""))).ShouldBe("refused NoTimestamp, by r");
        Tell(OverHttp(Message("""{"thingName":"a","connected":false,"timestamp":1763884800}""")))
            .ShouldBe("a: disconnected at 08:00:00.000, Time, by r");
    }

    [Fact]
    public void Null_counts_as_absent() =>
        Tell(FromQueue("""{"base64OriginalPayload":null,"thingName":"a","connected":true,"timestamp":1763884800}"""))
            .ShouldBe("a: connected at 08:00:00.000, Time");

    [Fact]
    public void What_failed_is_told_in_a_line_of_bounded_length()
    {
        FailureOf("""[{"failedAction":"SqsAction","errorMessage":"Access denied"},{"failedAction":"S3Action"}]""")
            .ShouldBe(new("r", "SqsAction: Access denied"));
        FailureOf("[]").ShouldBe(new("r", "An action: no reason given"));
        FailureOf("\"?\"").ShouldBe(new("r", "An action: no reason given"));
        FailureOf("""[{"failedAction":7,"errorMessage":"a"}]""").ShouldBe(new("r", "An action: a"));
        FailureOf($$"""[{"failedAction":"A","errorMessage":"{{new string('x', 100_000)}}"}]""").Error.Length.ShouldBeLessThan(310);
    }

    [Theory]
    [InlineData("\"connectFailureReason\":7,")]
    [InlineData("\"connectFailureReason\":\"a\\nb\",")]
    public void A_connect_failure_with_a_reason_that_is_no_text_is_refused(string reason) =>
        Refused($$"""{ {{reason}}"clientId":"a","eventType":"connect_failed","timestamp":1763884800000}""", RefusalReason.BadText);

    [Fact]
    public void A_connect_failure_has_a_time_and_may_have_no_reason()
    {
        Refused("""{"clientId":"a","eventType":"connect_failed"}""", RefusalReason.NoTimestamp);
        Tell(FromQueue("""{"clientId":"a","eventType":"connect_failed","timestamp":1763884800000}"""))
            .ShouldBe("a: connect failed at 08:00:00.000, ");
    }

    private static RuleFailure FailureOf(string failures) => FromQueue(
        $$"""{"ruleName":"r","base64OriginalPayload":"e30=","failures":{{failures}}}""").Failure.ShouldNotBeNull();

    private static string Envelope(string body) =>
        $$"""{"Type":"Notification","Message":{{System.Text.Json.JsonSerializer.Serialize(body)}}}""";

    private static string Message(string payload, string topic = "t") =>
        $$"""{"ruleName":"r","topic":"{{topic}}","base64OriginalPayload":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(payload))}}"}""";
}
