using System.Text;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Silo.Verifiers;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Verifiers;

public sealed class ShadowDocumentTests
{
    [Theory]
    [InlineData("true", VerifierVerdict.Connected)]
    [InlineData("false", VerifierVerdict.Disconnected)]
    public void A_whole_shadow_answers_with_time_and_version(string connected, VerifierVerdict verdict) => Read("""
        {"state":{"desired":{"connected":true},"reported":{"connected":HERE,"battery":3.1}},
         "metadata":{"desired":{"connected":{"timestamp":1}},"reported":{"connected":{"timestamp":1763884800},"battery":{"timestamp":2}}},
         "version":42,"timestamp":1763884999}
        """.Replace("HERE", connected, StringComparison.Ordinal))
        .ShouldBe(new VerifierAnswer(verdict, DateTimeOffset.FromUnixTimeSeconds(1763884800), 42, "presence"));

    [Theory]
    [InlineData("""{}""", "no state.reported.connected")]
    [InlineData("""[]""", "no state.reported.connected")]
    [InlineData("""{"state":{"reported":null}}""", "no state.reported.connected")]
    [InlineData("""{"state":{"desired":{"connected":true}}}""", "no state.reported.connected")]
    [InlineData("""{"state":{"reported":{"connected":null}}}""", "no state.reported.connected")]
    [InlineData("""{"state":{"reported":{"connected":"true"}}}""", "neither true nor false")]
    [InlineData("""{"state":{"reported":{"connected":1}}}""", "neither true nor false")]
    [InlineData("""{"state":{"reported":{"connected":true}}}""", "how old its answer is")]
    [InlineData("""{"state":{"reported":{"connected":true}},"metadata":{"reported":{"connected":{"timestamp":"x"}}}}""",
        "how old its answer is")]
    [InlineData("""{"state":{"reported":{"connected":true}},"metadata":{"reported":{"connected":{"timestamp":1e300}}}}""",
        "how old its answer is")]
    [InlineData("""{"state":{"reported":{"connected":true}},"metadata":{"reported":{"connected":{"timestamp":-1}}}}""",
        "how old its answer is")]
    [InlineData("""{"state":{"reported":{"connected":true}},"metadata":{"reported":{"connected":{"timestamp":9999999999999}}}}""",
        "how old its answer is")]
    public void A_shadow_that_does_not_say_is_no_answer_and_says_why(string document, string detail)
    {
        var answer = Read(document);

        answer.Verdict.ShouldBe(VerifierVerdict.DoesNotKnow);
        answer.Detail.ShouldNotBeNull().ShouldContain(detail);
        answer.ShadowName.ShouldBe("presence");
    }

    [Fact]
    public void A_shadow_without_version_still_answers() =>
        Read("""{"state":{"reported":{"connected":true}},"metadata":{"reported":{"connected":{"timestamp":5}}}}""").Number.ShouldBeNull();

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    public void What_is_not_JSON_is_worth_asking_again(string document) => Read(document).Verdict.ShouldBe(VerifierVerdict.Failed);

    private static VerifierAnswer Read(string document) => ShadowDocument.Read(Encoding.UTF8.GetBytes(document), "presence");
}
