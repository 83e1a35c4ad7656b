using IoTOrleans.Contracts;
using IoTOrleans.Testing.Mqtt;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Mqtt;

public sealed class BrokerConnectionTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(MqttProtocolVersion.V310)]
    [InlineData(MqttProtocolVersion.V311)]
    [InlineData(MqttProtocolVersion.V500)]
    public async Task A_thing_connects_and_says_goodbye(MqttProtocolVersion version)
    {
        var time = new WatchedTime();
        await using var broker = await TestBroker.Start(time: time, start: 7);

        var client = await broker.Connect("rpi-1", options => options.WithProtocolVersion(version));
        var connect = await broker.Sink.Next();
        time.Advance(TimeSpan.FromSeconds(42));
        await client.DisconnectAsync(cancellationToken: Cancelled);
        var disconnect = await broker.Sink.Next();

        connect.ThingName.ShouldBe("rpi-1");
        var began = new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);
        connect.Change.ShouldBe(new(true, ChangeKind.Broker, EventSource.Broker, began, began) { Number = 1, BrokerStart = 7 });
        disconnect.ThingName.ShouldBe("rpi-1");
        var ended = began.AddSeconds(42);
        disconnect.Change.ShouldBe(new(false, ChangeKind.Broker, EventSource.Broker, ended, ended)
        {
            Number = 1,
            BrokerStart = 7,
            DisconnectReason = "CLIENT_INITIATED_DISCONNECT",
        });
    }

    [Fact]
    public async Task Every_connection_has_the_next_number()
    {
        await using var broker = await TestBroker.Start();

        for (var number = 1; number <= 3; number++)
        {
            var client = await broker.Connect("rpi-1");
            (await broker.Sink.Next()).Change.Number.ShouldBe(number);
            await client.DisconnectAsync(cancellationToken: Cancelled);
            (await broker.Sink.Next()).Change.Number.ShouldBe(number);
        }
    }

    [Fact]
    public async Task A_connection_that_breaks_is_a_lost_one()
    {
        await using var broker = await TestBroker.Start();
        var client = await broker.ConnectRaw();
        await client.Send(RawClient.Connect("rpi-1"));
        await client.Read(4);

        client.Dispose();

        (await broker.Sink.NextOf("rpi-1", connected: false)).DisconnectReason.ShouldBe("CONNECTION_LOST");
    }

    [Fact]
    public async Task A_client_that_breaks_the_protocol_is_told_apart()
    {
        await using var broker = await TestBroker.Start();
        var client = await broker.ConnectRaw();
        await client.Send(RawClient.Connect("rpi-1"));
        await client.Send(RawClient.Connect("rpi-1"));

        (await broker.Sink.NextOf("rpi-1", connected: false)).DisconnectReason.ShouldBe("CLIENT_ERROR");
        broker.Log.Lines.ShouldContain(line =>
            line.Level == LogLevel.Warning
            && line.Text.StartsWith("rpi-1 was disconnected because it sent a second CONNECT", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(MqttProtocolVersion.V311)]
    [InlineData(MqttProtocolVersion.V500)]
    public async Task A_client_without_a_name_is_served_and_is_no_thing(MqttProtocolVersion version)
    {
        await using var broker = await TestBroker.Start();

        var client = broker.Client();
        var result = await client.ConnectAsync(broker.Options("", options => options.WithProtocolVersion(version)), Cancelled);

        result.ResultCode.ShouldBe(MqttClientConnectResultCode.Success);
        (await client.TryPingAsync(Cancelled)).ShouldBeTrue();
        await client.DisconnectAsync(cancellationToken: Cancelled);
        if (version == MqttProtocolVersion.V500)
        {
            // Nor when it comes back under the name that it was given.
            result.AssignedClientIdentifier.ShouldStartWith("auto-");
            await broker.Connect(result.AssignedClientIdentifier);
        }

        await broker.Stop();
        broker.Sink.Taken.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(MqttProtocolVersion.V311)]
    [InlineData(MqttProtocolVersion.V500)]
    public async Task A_session_that_should_be_kept_is_served_and_never_found_again(MqttProtocolVersion version)
    {
        await using var broker = await TestBroker.Start();

        for (var round = 0; round < 3; round++)
        {
            var client = broker.Client();
            var result = await client.ConnectAsync(
                broker.Options(
                    "rpi-1", options => options.WithProtocolVersion(version).WithCleanSession(false).WithSessionExpiryInterval(3600)),
                Cancelled);

            result.ResultCode.ShouldBe(MqttClientConnectResultCode.Success);
            result.IsSessionPresent.ShouldBeFalse();
            await client.SubscribeAsync("kept/#", MqttQualityOfServiceLevel.AtLeastOnce, Cancelled);

            // By taking over, by saying goodbye, and at last by stopping.
            if (round == 1) await client.DisconnectAsync(cancellationToken: Cancelled);
        }
    }
}
