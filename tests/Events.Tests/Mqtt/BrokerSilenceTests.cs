using IoTOrleans.Testing.Mqtt;
using MQTTnet;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Mqtt;

/// <summary>Connections that send no CONNECT have places of their own, and give them to each other.</summary>
public sealed class BrokerSilenceTests
{
    private const int Places = 4;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_oldest_silent_connection_makes_room_for_one_that_has_something_to_say()
    {
        await using var broker = await TestBroker.Start(options => options.MaxSilent = Places, new WatchedTime());
        var silent = new List<RawClient>();
        for (var i = 0; i < Places; i++)
        {
            silent.Add(await broker.ConnectRaw());
            await silent[i].Send(RawClient.Connect("half")[..9]);
            await broker.Meters.Reaches("iot_orleans.broker.connections", i + 1);
        }

        var thing = await broker.ConnectRaw();
        (await silent[0].ReadToEnd()).ShouldBeEmpty();
        await thing.Send(RawClient.Connect("rpi-1"));
        (await thing.Read(4)).ShouldBe([0x20, 2, 0, 0]);

        // The place that it had is free again.
        await silent[1].Send(RawClient.Connect("half")[9..]);
        (await silent[1].Read(4)).ShouldBe([0x20, 2, 0, 0]);
        broker.Meters["iot_orleans.broker.refused{silent}"].ShouldBe(1);
        broker.Log.Lines.Where(line => line.Level == LogLevel.Warning)
            .ShouldHaveSingleItem().Text.ShouldStartWith(
                "Too many MQTT connections are open that send no CONNECT or have no client ID, so one of 127.0.0.1:");
    }

    [Fact]
    public async Task Who_is_in_stays_in_however_many_say_nothing()
    {
        await using var broker = await TestBroker.Start(options => options.MaxSilent = Places, new WatchedTime());
        var things = new List<IMqttClient>();
        for (var i = 0; i < 3 * Places; i++) things.Add(await broker.Connect($"rpi-{i}"));

        for (var i = 0; i < 10 * Places; i++) await broker.ConnectRaw();
        await broker.Meters.Reaches("iot_orleans.broker.refused{silent}", 9 * Places);

        foreach (var thing in things) (await thing.TryPingAsync(Cancelled)).ShouldBeTrue();
        broker.Log.Lines.Count(line => line.Level >= LogLevel.Warning).ShouldBe(1);
    }

    [Fact]
    public async Task A_refused_client_is_closed_at_once_and_its_place_is_free()
    {
        await using var broker = await TestBroker.Start(
            options => (options.MaxSilent, options.Username, options.Password) = (1, "device", "secret"), new WatchedTime());

        for (var i = 0; i < 20; i++)
        {
            var client = await broker.ConnectRaw();
            await client.Send(RawClient.Connect("rpi-1"));
            (await client.ReadToEnd()).ShouldBe([0x20, 2, 0, 4]);
            await broker.Meters.Reaches("iot_orleans.broker.connections", 0);
        }

        broker.Meters["iot_orleans.broker.refused{silent}"].ShouldBe(0);
    }

    [Fact]
    public async Task A_site_behind_one_address_comes_back_all_at_once_and_nobody_is_sent_away()
    {
        const int fleet = 400;
        await using var broker = await TestBroker.Start(options => options.MaxSilent = fleet / 2, new WatchedTime());

        var atOnce = new ParallelOptions { MaxDegreeOfParallelism = 100, CancellationToken = Cancelled };
        await Parallel.ForAsync(0, fleet, atOnce, async (i, _) =>
        {
            var client = await broker.ConnectRaw();
            await client.Send(RawClient.Connect($"rpi-{i}"));
            (await client.Read(4)).ShouldBe([0x20, 2, 0, 0]);
        });

        broker.Meters["iot_orleans.broker.connections"].ShouldBe(fleet);
        broker.Meters["iot_orleans.broker.refused{silent}"].ShouldBe(0);
    }
}
