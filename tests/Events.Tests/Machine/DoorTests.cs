using IoTOrleans.Events.Tests.Mqtt;
using IoTOrleans.Events.Tests.Sqs;
using IoTOrleans.Testing.Mqtt;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Machine;

/// <summary>What the queue consumer and the broker do while memory is full, and when there is room again.</summary>
public sealed class DoorTests
{
    [Fact]
    public async Task The_queue_is_not_read()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2025, 11, 23, 8, 0, 0, TimeSpan.Zero));
        var memory = new FakeMemory(time) { Share = 0.85 };
        await using var rig = new SqsRig(time: time, memory: memory);
        await rig.Start();
        rig.Queue.Send(SqsRig.Body("a"));

        // What was asked for when the consumer started is on its way; nothing is asked for after that.
        await rig.Pass(TimeSpan.FromSeconds(10));
        var receives = rig.Queue.Receives.Count;
        rig.Queue.Send(SqsRig.Body("b"));
        await rig.Pass(TimeSpan.FromMinutes(1));
        rig.Queue.Receives.Count.ShouldBe(receives);
        rig.Queue.All.ShouldContain(message => message.Body == SqsRig.Body("b") && message.ReceiveCount == 0);

        memory.Share = 0.75;
        await rig.Until(() => rig.Queue.Waiting is 0, TimeSpan.FromSeconds(5));
        rig.Sink.Stored.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_thing_that_connects_is_told_to_come_again_and_one_that_goes_is_heard()
    {
        var memory = new FakeMemory();
        await using var broker = await TestBroker.Start(memory: memory);
        var inside = await broker.Connect("inside");
        (await broker.Sink.Next()).ThingName.ShouldBe("inside");

        memory.Share = 0.8;
        var outside = await broker.ConnectRaw();
        await outside.Send(RawClient.Connect("outside"u8.ToArray()));
        (await outside.ReadToEnd()).ShouldBe([0x20, 2, 0, 3]);
        broker.Meters["iot_orleans.broker.refused{memory}"].ShouldBe(1);

        inside.Dispose();
        (await broker.Sink.Next()).Change.Connected.ShouldBeFalse();

        memory.Share = 0.7;
        await broker.Connect("outside");
        (await broker.Sink.Next()).ThingName.ShouldBe("outside");
    }
}
