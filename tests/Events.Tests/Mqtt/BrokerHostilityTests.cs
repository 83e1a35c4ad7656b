using System.Text;
using IoTOrleans.Testing.Mqtt;
using MQTTnet;
using MQTTnet.Protocol;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Mqtt;

/// <summary>Whatever a client does, only its own connection suffers.</summary>
public sealed class BrokerHostilityTests : IAsyncLifetime
{
    private readonly WatchedTime _time = new();
    private TestBroker _broker = null!;
    private IMqttClient _bystander = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _broker = await TestBroker.Start(time: _time);
        _bystander = await _broker.Connect("bystander");
        await _broker.Sink.Next();
    }

    public async ValueTask DisposeAsync()
    {
        (await _bystander.TryPingAsync(CancellationToken.None)).ShouldBeTrue();
        _broker.Log.Lines.ShouldNotContain(line => line.Level >= LogLevel.Error);
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task Who_does_not_say_CONNECT_is_sent_away_after_10_seconds()
    {
        var silent = await _broker.ConnectRaw();
        await _broker.Meters.Reaches("iot_orleans.broker.connections", 2);
        await Deadline(2);

        _time.Advance(TimeSpan.FromSeconds(9.9));
        _broker.Meters["iot_orleans.broker.connections"].ShouldBe(2);
        _time.Advance(TimeSpan.FromSeconds(0.2));

        (await silent.ReadToEnd()).ShouldBeEmpty();
        _broker.Meters["iot_orleans.broker.refused{no-connect}"].ShouldBe(1);
    }

    [Fact]
    public async Task Who_dribbles_CONNECT_byte_by_byte_gets_no_more_time()
    {
        var dribbler = await _broker.ConnectRaw();
        await Deadline(2);
        var connect = RawClient.Connect("rpi-1");

        for (var second = 0; second < 10; second++)
        {
            await dribbler.Send(connect[second]);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        _time.Advance(TimeSpan.FromSeconds(0.1));
        (await dribbler.ReadToEnd()).ShouldBeEmpty();
        _broker.Sink.Taken.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Hundreds_that_say_nothing_or_half_a_CONNECT_hold_nobody_up_and_give_their_places_back()
    {
        const int many = 400;
        for (var i = 0; i < many; i++)
        {
            var idle = await _broker.ConnectRaw();
            if (i % 2 == 0) await idle.Send(RawClient.Connect($"half-{i}")[..9]);
        }

        await _broker.Meters.Reaches("iot_orleans.broker.connections", many + 1);
        await Deadline(many + 1);
        var good = await _broker.Connect("good");
        await _broker.Sink.NextOf("good", connected: true);

        _time.Advance(TimeSpan.FromSeconds(10.1));

        await _broker.Meters.Reaches("iot_orleans.broker.connections", 2);
        _broker.Meters["iot_orleans.broker.refused{no-connect}"].ShouldBe(many);
        (await good.TryPingAsync(Cancelled)).ShouldBeTrue();
        _broker.Sink.Taken.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Who_hangs_up_in_the_middle_of_CONNECT_gives_the_place_back_at_once()
    {
        for (var cut = 0; cut < RawClient.Connect("rpi-1").Length; cut++)
        {
            using var client = await _broker.ConnectRaw();
            await client.Send(RawClient.Connect("rpi-1")[..cut]);
        }

        await _broker.Meters.Reaches("iot_orleans.broker.connections", 1);
        _broker.Sink.Taken.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_a_client_writes_is_logged_as_what_is_wrong_with_it()
    {
        var client = await _broker.ConnectRaw();
        await client.Send([0x10, 20, 0, 10, .. "\u001b[31mFAKE\n"u8, 4, 2, 0, 60, 0, 2, .. "ab"u8]);
        await client.ReadToEnd();

        await _broker.Meters.Reaches("iot_orleans.broker.connections", 1);
        _broker.Log.Lines.ShouldContain(line => line.Text.Contains("malformed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_dribbles_but_ends_in_time_is_served()
    {
        var dribbler = await _broker.ConnectRaw();
        foreach (var part in RawClient.Connect("rpi-1")) await dribbler.Send(part);

        (await dribbler.Read(4)).ShouldBe([0x20, 2, 0, 0]);
        (await _broker.Sink.Next()).ThingName.ShouldBe("rpi-1");
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("\u0016\u0003\u0001\u0002\u0000\u0001")]
    [InlineData("\0")]
    public async Task Who_speaks_something_else_is_sent_away_at_once(string greeting)
    {
        var stranger = await _broker.ConnectRaw();
        await stranger.Send(Encoding.Latin1.GetBytes(greeting));

        (await stranger.ReadToEnd()).ShouldBeEmpty();
        _broker.Meters["iot_orleans.broker.refused{garbage}"].ShouldBe(1);
        _broker.Log.Lines.ShouldNotContain(line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Random_bytes_end_only_the_connection_they_come_through()
    {
        var random = new Random(20261123);
        for (var round = 0; round < 300; round++)
        {
            var client = await _broker.ConnectRaw();
            var named = round % 2 == 0;
            try
            {
                if (named)
                {
                    await client.Send(RawClient.Connect("garbage", level: (byte)(round % 4 == 0 ? 4 : 5)));
                    await client.Read((await client.Read(2))[1]);
                }

                // Any packet type, a true length, and nonsense.
                var body = new byte[random.Next(200)];
                random.NextBytes(body);
                await client.Send(RawClient.Packet(named ? (byte)random.Next(256) : (byte)0x10, body));
                await client.Send(0xFF, 0xFF, 0xFF, 0xFF, 0xFF);
            }
            catch (IOException)
            {
                // Sent away in the middle of it.
            }

            await client.ReadToEnd();
            client.Dispose();
        }

        await _broker.Meters.Reaches("iot_orleans.broker.connections", 1);
    }

    [Theory]
    [InlineData(0x10)]
    [InlineData(0x30)]
    public async Task An_announced_200_MB_packet_is_not_waited_for(byte type)
    {
        var client = await _broker.ConnectRaw();
        if (type != 0x10)
        {
            await client.Send(RawClient.Connect("rpi-1"));
            await client.Read(4);
        }

        await client.Send([type, .. RawClient.Length(200 * 1024 * 1024)]);

        (await client.ReadToEnd()).ShouldBeEmpty();
        if (type != 0x10) (await _broker.Sink.NextOf("rpi-1", connected: false)).DisconnectReason.ShouldBe("CLIENT_ERROR");
    }

    [Theory]
    [InlineData(16 * 1024, true)]
    [InlineData(16 * 1024 + 1, false)]
    [InlineData(20 * 1024, false)]
    public async Task A_packet_may_be_16_KB_with_everything(int size, bool allowed)
    {
        var client = await _broker.ConnectRaw();
        await client.Send(RawClient.Connect("rpi-1"));
        await client.Read(4);

        // PUBLISH, QoS 1, topic "t", identifier 7; before it one byte of type and two of length, or three.
        var header = size - 3 < 1 << 14 ? 3 : 4;
        var publish = RawClient.Packet(0x32, [0, 1, (byte)'t', 0, 7, .. new byte[size - header - 5]]);
        publish.Length.ShouldBe(size);
        await client.Send(publish);

        if (allowed)
        {
            (await client.Read(4)).ShouldBe([0x40, 2, 0, 7]);
            return;
        }

        (await client.ReadToEnd()).ShouldBeEmpty();
        (await _broker.Sink.NextOf("rpi-1", connected: false)).DisconnectReason.ShouldBe("CLIENT_ERROR");
        _broker.Log.Lines.Where(line => line.Level == LogLevel.Warning)
            .ShouldHaveSingleItem().Text.ShouldContain($"a packet of {size} bytes");
    }

    [Theory]
    [InlineData(MqttDisconnectReasonCode.PacketTooLarge, new byte[] { 0x30, 0x81, 0x80, 0x01 })]
    [InlineData(MqttDisconnectReasonCode.MalformedPacket, new byte[] { 0x30, 0xFF, 0xFF, 0xFF, 0xFF, 0x01 })]
    [InlineData(MqttDisconnectReasonCode.MalformedPacket, new byte[] { 0x32, 3, 0, 9, 1 })]
    [InlineData(MqttDisconnectReasonCode.ProtocolError, new byte[] { 0x36, 5, 0, 1, 0x74, 0, 1 })]
    [InlineData(MqttDisconnectReasonCode.ProtocolError, new byte[] { 0xD0, 0 })]
    public async Task An_MQTT_5_client_reads_what_it_did(MqttDisconnectReasonCode code, byte[] packet)
    {
        var client = await _broker.ConnectRaw();
        await client.Send(RawClient.Connect("rpi-1", level: 5));
        await client.Read((await client.Read(2))[1]);

        await client.Send(packet);

        (await client.ReadToEnd()).ShouldBe([0xE0, 2, (byte)code, 0]);
    }

    [Fact]
    public async Task Who_does_not_take_the_answers_gets_no_further()
    {
        var client = await _broker.ConnectRaw();
        await client.Send(RawClient.Connect("rpi-1"));
        await client.Read(4);
        await _broker.Sink.Next();

        // Each SUBSCRIBE of 16 KB is answered with 4 KB that nobody reads: at some point nobody reads us either.
        var filters = Enumerable.Repeat(new byte[] { 0, 1, (byte)'t', 0 }, 4_000).SelectMany(filter => filter);
        var subscribe = RawClient.Packet(0x82, [0, 7, .. filters]);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var flood = Flood(client, subscribe, enough.Token);

        // The write that is stuck is the only wait of 10 seconds after that for CONNECT.
        await Deadline(3);
        flood.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromSeconds(10));
        (await _broker.Sink.NextOf("rpi-1", connected: false)).DisconnectReason.ShouldBe("CONNECTION_LOST");
        await Farewell();
        await enough.CancelAsync();
        await flood;
        await _broker.Meters.Reaches("iot_orleans.broker.connections", 1);
    }

    private static async Task Flood(RawClient client, byte[] packet, CancellationToken cancellationToken)
    {
        try
        {
            while (true) await client.Stream.WriteAsync(packet, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // Sent away at last.
        }
    }

    /// <summary>Passes when the n-th wait of 10 seconds has begun since the broker started.</summary>
    private async Task Deadline(int n)
    {
        for (var seen = 0; seen < n; seen++) await _time.NextWaitOf(TimeSpan.FromSeconds(10), Cancelled);
    }

    /// <summary>The time that a connection has to send what is still to be sent.</summary>
    private async Task Farewell()
    {
        await _time.NextWaitOf(TimeSpan.FromSeconds(5), Cancelled);
        _time.Advance(TimeSpan.FromSeconds(5));
    }
}
