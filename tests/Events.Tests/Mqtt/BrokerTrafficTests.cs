using IoTOrleans.Testing.Mqtt;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Mqtt;

/// <summary>The broker watches, it does not carry.</summary>
public sealed class BrokerTrafficTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(MqttProtocolVersion.V311)]
    [InlineData(MqttProtocolVersion.V500)]
    public async Task What_is_published_is_acknowledged_and_dropped(MqttProtocolVersion version)
    {
        await using var broker = await TestBroker.Start();
        var received = 0;
        var subscriber = await broker.Connect("subscriber", options => options.WithProtocolVersion(version));
        subscriber.ApplicationMessageReceivedAsync += _ => Task.FromResult(Interlocked.Increment(ref received));
        var granted = await subscriber.SubscribeAsync("#", MqttQualityOfServiceLevel.ExactlyOnce, Cancelled);
        granted.Items.ShouldHaveSingleItem().ResultCode.ShouldBe(MqttClientSubscribeResultCode.GrantedQoS2);

        var publisher = await broker.Connect("publisher", options => options.WithProtocolVersion(version));
        foreach (var qos in Enum.GetValues<MqttQualityOfServiceLevel>())
        {
            foreach (var retain in new[] { false, true })
            {
                // Completes when the last acknowledgement of its kind is here.
                var result = await publisher.PublishStringAsync("some/topic", "payload", qos, retain, Cancelled);
                result.IsSuccess.ShouldBeTrue();
            }
        }

        // Nothing was kept for those who come later, either.
        var latecomer = await broker.Connect("latecomer", options => options.WithProtocolVersion(version));
        latecomer.ApplicationMessageReceivedAsync += _ => Task.FromResult(Interlocked.Increment(ref received));
        await latecomer.SubscribeAsync("#", MqttQualityOfServiceLevel.AtLeastOnce, Cancelled);
        await latecomer.UnsubscribeAsync("#", Cancelled);
        await latecomer.PingAsync(Cancelled);
        await subscriber.PingAsync(Cancelled);
        received.ShouldBe(0);
    }

    [Fact]
    public async Task Wills_are_dropped()
    {
        await using var broker = await TestBroker.Start();
        var received = 0;
        var subscriber = await broker.Connect("subscriber");
        subscriber.ApplicationMessageReceivedAsync += _ => Task.FromResult(Interlocked.Increment(ref received));
        await subscriber.SubscribeAsync("#", MqttQualityOfServiceLevel.AtLeastOnce, Cancelled);
        var client = await broker.ConnectRaw();

        // CONNECT with a retained will of QoS 1 "w": "x"; then the plug is pulled.
        byte[] body = [0, 4, .. "MQTT"u8, 4, 0x2E, 0, 0, 0, 1, (byte)'a', 0, 1, (byte)'w', 0, 1, (byte)'x'];
        await client.Send(RawClient.Packet(0x10, body));
        (await client.Read(4)).ShouldBe([0x20, 2, 0, 0]);
        client.Dispose();

        (await broker.Sink.NextOf("a", connected: false)).DisconnectReason.ShouldBe("CONNECTION_LOST");
        await subscriber.PingAsync(Cancelled);
        received.ShouldBe(0);
    }

    [Fact]
    public async Task A_client_that_publishes_for_long_keeps_its_connection()
    {
        await using var broker = await TestBroker.Start();
        var publisher = await broker.Connect("publisher");

        for (var message = 0; message < 2_000; message++)
        {
            await publisher.PublishBinaryAsync(
                "some/topic", new byte[message * 8], MqttQualityOfServiceLevel.AtLeastOnce, cancellationToken: Cancelled);
        }

        await publisher.PingAsync(Cancelled);
    }

    [Fact]
    public async Task An_MQTT_5_client_is_told_what_to_expect()
    {
        await using var broker = await TestBroker.Start();

        var result = await broker.Client().ConnectAsync(
            broker.Options("rpi-1", options => options.WithProtocolVersion(MqttProtocolVersion.V500)), Cancelled);

        result.MaximumPacketSize.ShouldBe(16u * 1024);
        result.MaximumQoS.ShouldBe(MqttQualityOfServiceLevel.ExactlyOnce);
        result.RetainAvailable.ShouldBeTrue();
        result.IsSessionPresent.ShouldBeFalse();
    }
}
