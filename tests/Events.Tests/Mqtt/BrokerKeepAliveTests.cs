using IoTOrleans.Testing.Mqtt;
using MQTTnet.Protocol;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Mqtt;

public sealed class BrokerKeepAliveTests
{
    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Silence_of_one_and_a_half_keep_alives_ends_the_connection(byte level)
    {
        var time = new WatchedTime();
        await using var broker = await TestBroker.Start(time: time);
        var client = await broker.ConnectRaw();
        await client.Send(RawClient.Connect("rpi-1", keepAlive: 60, level: level));
        var connack = await client.Read(2);
        await client.Read(connack[1]);

        // A ping in the meantime counts, and from then on the whole time is allowed again.
        time.Advance(TimeSpan.FromSeconds(89));
        await Ping(client);
        time.Advance(TimeSpan.FromSeconds(89));
        await Ping(client);
        time.Advance(TimeSpan.FromSeconds(90.1));

        (await broker.Sink.NextOf("rpi-1", connected: false)).DisconnectReason.ShouldBe("MQTT_KEEP_ALIVE_TIMEOUT");
        (await client.ReadToEnd()).ShouldBe(level == 5 ? [0xE0, 2, (byte)MqttDisconnectReasonCode.KeepAliveTimeout, 0] : []);
    }

    [Fact]
    public async Task Half_a_packet_is_no_sign_of_life()
    {
        var time = new WatchedTime();
        await using var broker = await TestBroker.Start(time: time);
        var client = await broker.ConnectRaw();
        await client.Send(RawClient.Connect("rpi-1", keepAlive: 60));
        await client.Read(4);

        for (var beat = 0; beat < 3; beat++)
        {
            await client.Send(beat == 0 ? (byte)0x30 : (byte)0x81);
            time.Advance(TimeSpan.FromSeconds(30));
        }

        (await broker.Sink.NextOf("rpi-1", connected: false)).DisconnectReason.ShouldBe("MQTT_KEEP_ALIVE_TIMEOUT");
    }

    [Fact]
    public async Task Without_a_keep_alive_silence_is_fine()
    {
        var time = new WatchedTime();
        await using var broker = await TestBroker.Start(time: time);
        var client = await broker.ConnectRaw();
        await client.Send(RawClient.Connect("rpi-1", keepAlive: 0));
        await client.Read(4);

        time.Advance(TimeSpan.FromDays(3));

        await Ping(client);
    }

    [Fact]
    public async Task The_keep_alive_is_watched_in_real_time_too()
    {
        await using var broker = await TestBroker.Start();
        var client = await broker.ConnectRaw();
        await client.Send(RawClient.Connect("rpi-1", keepAlive: 1));

        var connect = await broker.Sink.NextOf("rpi-1", connected: true);
        var disconnect = await broker.Sink.NextOf("rpi-1", connected: false);

        disconnect.DisconnectReason.ShouldBe("MQTT_KEEP_ALIVE_TIMEOUT");
        (disconnect.Timestamp - connect.Timestamp).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1.49));
    }

    private static async Task Ping(RawClient client)
    {
        await client.Send(0xC0, 0);
        (await client.Read(2)).ShouldBe([0xD0, 0]);
    }
}
