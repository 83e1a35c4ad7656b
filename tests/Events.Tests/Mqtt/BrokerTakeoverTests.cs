using System.Net;
using IoTOrleans.Events.Machine;
using IoTOrleans.Testing.Mqtt;
using MQTTnet;
using MQTTnet.Protocol;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Mqtt;

public sealed class BrokerTakeoverTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task A_thing_that_connects_again_takes_over_and_was_never_away(byte level)
    {
        await using var broker = await TestBroker.Start();
        var former = await broker.ConnectRaw();
        await former.Send(RawClient.Connect("rpi-1", level: level));
        var connack = await former.Read(2);
        await former.Read(connack[1]);
        (await broker.Sink.Next()).Change.Number.ShouldBe(1);

        var latter = await broker.Connect("rpi-1");

        (await former.ReadToEnd()).ShouldBe(level == 5 ? [0xE0, 2, (byte)MqttDisconnectReasonCode.SessionTakenOver, 0] : []);
        var second = await broker.Sink.Next();
        second.Change.Connected.ShouldBeTrue();
        second.Change.Number.ShouldBe(2);

        await latter.DisconnectAsync(cancellationToken: Cancelled);
        var end = await broker.Sink.Next();
        end.Change.Connected.ShouldBeFalse();
        end.Change.Number.ShouldBe(2);
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1", false)]
    [InlineData("127.0.0.1", "127.0.0.2", true)]
    public async Task A_takeover_from_another_address_is_marked_and_logged(string first, string second, bool elsewhere)
    {
        await using var broker = await TestBroker.Start(time: new WatchedTime());
        await Connect(first);
        (await broker.Sink.Next()).Change.FromElsewhere.ShouldBeFalse();

        await Connect(second);
        (await broker.Sink.Next()).Change.FromElsewhere.ShouldBe(elsewhere);
        await Connect(second);
        (await broker.Sink.Next()).Change.FromElsewhere.ShouldBeFalse();
        await Connect(first);
        (await broker.Sink.Next()).Change.FromElsewhere.ShouldBe(elsewhere);

        // Two of them in a minute.
        var lines = broker.Log.Lines.Where(line => line.Level == LogLevel.Warning).ToList();
        lines.Count.ShouldBe(elsewhere ? 1 : 0);
        if (elsewhere) lines[0].Text.ShouldContain("while it was still connected from 127.0.0.1");

        async Task Connect(string from)
        {
            var client = await broker.ConnectRaw(IPAddress.Parse(from));
            await client.Send(RawClient.Connect("rpi-1"));
            await client.Read(4);
        }
    }

    /// <summary>A device changes its IPv6 privacy address within its /64 every day.</summary>
    [Theory]
    [InlineData("2001:db8::1", "2001:db8::2:3", false)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", true)]
    [InlineData("2001:db8::1", "192.0.2.1", true)]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1", false)]
    public async Task Another_address_of_one_IPv6_network_is_not_elsewhere(string first, string second, bool elsewhere)
    {
        await using var broker = await TestBroker.Start();
        broker.Live.TryBegin("rpi-1", At(first), () => { }, out _).ShouldBeTrue();
        broker.Live.TryBegin("rpi-1", At(second), () => { }, out var visit).ShouldBeTrue();
        visit.FormerElsewhere.ShouldBe(elsewhere ? At(first) : null);

        static ClientAddress At(string address) => ClientAddress.Of(IPAddress.Parse(address));
    }

    [Fact]
    public async Task A_thing_that_comes_back_from_another_address_after_it_had_left_has_taken_nothing_over()
    {
        await using var broker = await TestBroker.Start();
        var client = await broker.ConnectRaw(IPAddress.Parse("127.0.0.2"));
        await client.Send(RawClient.Connect("rpi-1"));
        await client.Read(4);
        await client.Send(0xE0, 0);
        await broker.Sink.NextOf("rpi-1", connected: false);

        await broker.Connect("rpi-1");

        (await broker.Sink.NextOf("rpi-1", connected: true)).FromElsewhere.ShouldBeFalse();
    }

    [Fact]
    public async Task However_fast_connections_of_one_thing_follow_each_other_it_ends_up_connected()
    {
        await using var broker = await TestBroker.Start();

        // Eight at a time, each throwing the others out, some saying goodbye in the middle of it.
        var eight = new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancelled };
        await Parallel.ForEachAsync(Enumerable.Range(0, 400), eight, async (round, _) =>
        {
            var client = await broker.ConnectRaw();
            try
            {
                await client.Send(RawClient.Connect("rpi-1"));
                if (round % 3 == 0) await client.Send(0xE0, 0);
                if (round % 3 == 1) await client.Read(4);
            }
            catch (IOException)
            {
                // Thrown out already.
            }

            client.Dispose();
        });
        await broker.Meters.Reaches("iot_orleans.broker.connections", 0);
        await broker.Connect("rpi-1");
        await broker.Stop();

        var taken = broker.Sink.Taken.Select(report => report.Change).ToList();
        var newest = taken.OrderBy(change => change.Number).ThenByDescending(change => change.Connected).Last();
        newest.Connected.ShouldBeTrue();
        taken[^1].ShouldBe(newest);

        // In the order they were made, no number twice, and no end without a begin or after the next begin.
        taken.Select(change => (change.Number, !change.Connected))
            .ShouldBe(taken.Select(change => (change.Number, !change.Connected)).Order());
        taken.Select(change => (change.Number, change.Connected)).Distinct().Count().ShouldBe(taken.Count);
    }

    [Fact]
    public async Task Two_clients_that_fight_over_one_name_never_look_like_an_outage()
    {
        await using var broker = await TestBroker.Start();
        var clients = new[] { broker.Client(), broker.Client() };

        for (var round = 0; round < 200; round++)
        {
            var client = clients[round % 2];
            if (client.IsConnected) await client.DisconnectAsync(cancellationToken: Cancelled);

            // A new one each time: the library is still busy with having been thrown out.
            clients[round % 2] = await broker.Connect("rpi-1");
        }

        var last = await broker.Connect("rpi-1");
        (await last.TryPingAsync(Cancelled)).ShouldBeTrue();
        await broker.Stop();
        var newest = broker.Sink.Taken.MaxBy(report => (report.Change.Number, !report.Change.Connected))!;
        newest.Change.Connected.ShouldBeTrue();
        broker.Sink.Taken.Last().ShouldBe(newest);
    }
}
