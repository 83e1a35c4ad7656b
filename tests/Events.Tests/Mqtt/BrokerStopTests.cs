using MQTTnet;
using MQTTnet.Formatter;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Mqtt;

public sealed class BrokerStopTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Our_own_stop_is_not_an_event()
    {
        await using var broker = await TestBroker.Start();
        var farewell = new TaskCompletionSource<MqttClientDisconnectReason>();
        var clients = new List<IMqttClient>();
        for (var number = 0; number < 20; number++)
        {
            var version = number == 0 ? MqttProtocolVersion.V500 : MqttProtocolVersion.V311;
            clients.Add(await broker.Connect($"thing-{number}", options => options.WithProtocolVersion(version)));
        }

        clients[0].DisconnectedAsync += ended =>
        {
            farewell.TrySetResult(ended.Reason);
            return Task.CompletedTask;
        };

        await broker.Stop();

        (await farewell.Task.WaitAsync(RecordingSink.Patience, Cancelled)).ShouldBe(MqttClientDisconnectReason.ServerShuttingDown);
        broker.Sink.Taken.Count.ShouldBe(20);
        broker.Sink.Taken.ShouldEachBe(report => report.Change.Connected);
        broker.Meters["iot_orleans.broker.connections"].ShouldBe(0);
    }

    [Fact]
    public async Task What_happened_before_our_stop_is_still_delivered()
    {
        await using var broker = await TestBroker.Start();
        broker.Sink.Gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var client = await broker.Connect("gone-before");
        await broker.Connect("stays");
        await client.DisconnectAsync(cancellationToken: Cancelled);
        await broker.Meters.Reaches("iot_orleans.broker.connections", 1);

        var stopped = broker.Stop();
        broker.Sink.Gate.SetResult();
        await stopped;

        broker.Sink.Taken.Select(report => (report.ThingName, report.Change.Connected)).Order()
            .ShouldBe([("gone-before", false), ("gone-before", true), ("stays", true)]);
    }

    [Fact]
    public async Task While_the_storage_is_down_clients_are_served_and_heard_later()
    {
        var time = new WatchedTime();
        await using var broker = await TestBroker.Start(time: time);
        broker.Sink.Fails = true;
        var client = await broker.Connect("rpi-1");
        await broker.Sink.NextRefused();

        // The deadline for CONNECT is a wait as well, but a longer one.
        TimeSpan retry;
        do retry = await time.NextWait(Cancelled);
        while (retry > TimeSpan.FromSeconds(1.01));
        await client.DisconnectAsync(cancellationToken: Cancelled);
        await broker.Meters.Reaches("iot_orleans.broker.connections", 0);
        await broker.Connect("rpi-1");
        broker.Sink.Fails = false;
        time.Advance(retry);

        foreach (var (connected, number) in new[] { (true, 1), (false, 1), (true, 2) })
        {
            var change = (await broker.Sink.Next()).Change;
            (change.Connected, change.Number).ShouldBe((connected, number));
        }
    }
}
