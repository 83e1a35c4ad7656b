using System.Text;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Silo.Verifiers;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Verifiers;

/// <summary>The fields are those of AWS's API reference, iot-data-2015-05-28, GetConnection.</summary>
public sealed class ConnectionDocumentTests
{
    private static readonly DateTimeOffset Since = DateTimeOffset.FromUnixTimeMilliseconds(1763884800123);

    [Fact]
    public void A_connection_has_its_begin() => Read("""
        {"cleanSession":true,"clientId":"rpi-1","connected":true,"connectedSince":1763884800123,"keepAliveDuration":60,"thingName":"rpi-1"}
        """).ShouldBe(new ClientAnswer("rpi-1", VerifierVerdict.Connected, Since));

    [Fact]
    public void The_end_of_one_has_its_time() =>
        Read("""{"connected":false,"disconnectedSince":1763884800123,"disconnectReason":"CONNECTION_LOST","keepAliveDuration":60}""")
            .ShouldBe(new ClientAnswer("rpi-1", VerifierVerdict.Disconnected, Since));

    [Fact]
    public void After_half_an_hour_AWS_does_not_say_when_it_ended() =>
        Read("""{"connected":false,"disconnectReason":"MQTT_KEEP_ALIVE_TIMEOUT","keepAliveDuration":60}""")
            .ShouldBe(new ClientAnswer("rpi-1", VerifierVerdict.Disconnected));

    /// <summary>AWS ends a connection after one and a half keep-alives of silence; it keeps them within 30 s and 20 min.</summary>
    [Theory]
    [InlineData(240, 360)]
    [InlineData(30, 45)]
    [InlineData(5, 45)]
    [InlineData(1200, 1800)]
    [InlineData(65535, 1800)]
    [InlineData(0, 1800)]
    public void A_keep_alive_that_ran_out_tells_when_the_client_was_last_heard(int keepAlive, int seconds)
    {
        var answer = Read(
            """{"connected":false,"disconnectedSince":1763884800123,"disconnectReason":"MQTT_KEEP_ALIVE_TIMEOUT","keepAliveDuration":"""
            + $"{keepAlive}}}");

        answer.LastHeard.ShouldBe(new LastHeard(Since.AddSeconds(-seconds), Since));
    }

    [Theory]
    [InlineData("""{"connected":false,"disconnectedSince":1763884800123,"disconnectReason":"MQTT_KEEP_ALIVE_TIMEOUT"}""")]
    [InlineData("""{"connected":false,"disconnectedSince":1763884800123,"keepAliveDuration":60}""")]
    [InlineData("""{"connected":false,"disconnectedSince":1763884800123,"disconnectReason":7,"keepAliveDuration":"60"}""")]
    [InlineData("""{"connected":false,"disconnectedSince":1763884800123,"disconnectReason":"AUTH_ERROR","keepAliveDuration":60}""")]
    public void Nothing_else_does(string document) => Read(document).LastHeard.ShouldBeNull();

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"connected":null}""")]
    [InlineData("""{"connected":"true","connectedSince":1763884800123}""")]
    [InlineData("""{"connected":true}""")]
    [InlineData("""{"connected":true,"connectedSince":"1763884800123"}""")]
    [InlineData("""{"connected":true,"connectedSince":1e300}""")]
    [InlineData("""{"connected":true,"connectedSince":-1}""")]
    [InlineData("""{"connected":true,"disconnectedSince":1763884800123}""")]
    public void What_does_not_say_since_when_it_is_connected_is_no_answer(string document)
    {
        var answer = Read(document);

        answer.Verdict.ShouldBe(VerifierVerdict.DoesNotKnow);
        answer.Detail.ShouldNotBeNull().ShouldStartWith("The answer has no ");
    }

    [Fact]
    public void What_is_not_JSON_is_not_of_AWS() => Read("<html>").ShouldBe(new ClientAnswer(
        "rpi-1", VerifierVerdict.Failed, Detail: "The answer is not JSON: is this endpoint the IoT data plane?"));

    private static ClientAnswer Read(string document) => ConnectionDocument.Read("rpi-1", Encoding.UTF8.GetBytes(document));
}
