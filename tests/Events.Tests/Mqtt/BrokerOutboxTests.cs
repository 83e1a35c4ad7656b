using IoTOrleans.Events.Mqtt;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Mqtt;

public sealed class BrokerOutboxTests : IAsyncDisposable
{
    private readonly WatchedTime time = new();
    private readonly RecordingSink sink = new();
    private readonly TestMeters meters = new();
    private readonly BrokerOutbox outbox;

    public BrokerOutboxTests()
    {
        outbox = new(sink, new EventMetrics(meters), time, NullLogger<BrokerOutbox>.Instance);
        outbox.Start();
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        sink.Fails = false;
        sink.Gate?.TrySetResult();
        await outbox.Drain(RecordingSink.Patience, CancellationToken.None).WaitAsync(RecordingSink.Patience);
        meters.Dispose();
    }

    [Fact]
    public async Task Changes_of_one_thing_are_delivered_in_order_and_once()
    {
        outbox.Add("a", BrokerChange.Of(true, 1));
        outbox.Add("a", BrokerChange.Of(false, 1));
        outbox.Add("a", BrokerChange.Of(true, 2));

        (await sink.Next()).Change.ShouldBe(BrokerChange.Of(true, 1));
        (await sink.Next()).Change.ShouldBe(BrokerChange.Of(false, 1));
        (await sink.Next()).Change.ShouldBe(BrokerChange.Of(true, 2));
        await outbox.Drain(RecordingSink.Patience, Cancelled).WaitAsync(RecordingSink.Patience, Cancelled);
        sink.Taken.Count.ShouldBe(3);
        outbox.ThingsWaiting.ShouldBe(0);
        meters["iot_orleans.broker.events{delivered}"].ShouldBe(3);
    }

    [Fact]
    public async Task A_sink_that_fails_is_asked_again_after_1_2_4_8_and_then_every_15_seconds()
    {
        sink.Fails = true;
        outbox.Add("a", BrokerChange.Of(true, 1));

        foreach (var seconds in new double[] { 1, 2, 4, 8, 15, 15 })
        {
            await sink.NextRefused();
            var wait = await time.NextWait(Cancelled);
            wait.TotalSeconds.ShouldBeInRange(seconds * 0.75, seconds + 0.01);
            time.Advance(wait);
        }

        await sink.NextRefused();
        await meters.Reaches("iot_orleans.broker.events{failed}", 7);
    }

    [Fact]
    public async Task What_happened_while_the_storage_was_down_is_delivered_later_in_order_and_once()
    {
        sink.Fails = true;
        var at = time.GetUtcNow();
        outbox.Add("a", BrokerChange.Of(false, 1, at));
        await sink.NextRefused();
        var wait = await time.NextWait(Cancelled);
        for (var number = 2; number <= 100; number++)
        {
            outbox.Add("a", BrokerChange.Of(true, number));
            outbox.Add("a", BrokerChange.Of(false, number, at.AddSeconds(number)));
        }

        sink.Fails = false;
        time.Advance(wait);

        (await sink.Next()).Change.ShouldBe(BrokerChange.Of(false, 1, at));
        (await sink.Next()).Change.ShouldBe(BrokerChange.Of(true, 100));
        (await sink.Next()).Change.ShouldBe(BrokerChange.Of(false, 100, at.AddSeconds(100)));
        await outbox.Drain(RecordingSink.Patience, Cancelled).WaitAsync(RecordingSink.Patience, Cancelled);
        sink.Taken.Count.ShouldBe(3);
        meters["iot_orleans.broker.events{collapsed}"].ShouldBe(196);
    }

    [Fact]
    public async Task A_thing_whose_grain_fails_does_not_hold_up_the_others()
    {
        sink.Fails = true;
        outbox.Add("a", BrokerChange.Of(true, 1));
        await sink.NextRefused();
        await time.NextWait(Cancelled);
        sink.Fails = false;

        outbox.Add("b", BrokerChange.Of(true, 2));

        (await sink.Next()).ThingName.ShouldBe("b");
        outbox.NewestOf("a").ShouldBe(BrokerChange.Of(true, 1));
    }

    [Fact]
    public async Task Many_things_are_delivered_by_few_workers()
    {
        sink.Gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        for (var number = 0; number < 1_000; number++) outbox.Add($"thing-{number}", BrokerChange.Of(true, number));
        outbox.ThingsWaiting.ShouldBe(1_000);

        sink.Gate.SetResult();
        await outbox.Drain(RecordingSink.Patience, Cancelled).WaitAsync(RecordingSink.Patience, Cancelled);

        sink.Taken.Select(report => report.ThingName).Distinct().Count().ShouldBe(1_000);
        sink.MostAtOnce.ShouldBeLessThanOrEqualTo(BrokerOutbox.Workers);
    }

    [Fact]
    public async Task Draining_does_not_wait_for_the_backoff()
    {
        sink.Fails = true;
        outbox.Add("a", BrokerChange.Of(true, 1));
        await sink.NextRefused();
        await time.NextWait(Cancelled);
        sink.Fails = false;

        await outbox.Drain(RecordingSink.Patience, Cancelled).WaitAsync(RecordingSink.Patience, Cancelled);

        sink.Taken.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Draining_gives_up_when_its_time_is_over()
    {
        sink.Gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        outbox.Add("a", BrokerChange.Of(true, 1));

        var drained = outbox.Drain(TimeSpan.FromSeconds(10), Cancelled);
        (await time.NextWait(Cancelled)).ShouldBe(TimeSpan.FromSeconds(10));
        drained.IsCompleted.ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(10));

        await drained.WaitAsync(RecordingSink.Patience, Cancelled);
        outbox.ThingsWaiting.ShouldBe(1);
    }

    [Fact]
    public void There_is_room_for_many_things_but_not_for_any_number()
    {
        sink.Gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        for (var number = 0; number < BrokerOutbox.MaxThings; number++)
        {
            outbox.HasRoomFor($"thing-{number}").ShouldBeTrue();
            outbox.Add($"thing-{number}", BrokerChange.Of(true, number));
        }

        outbox.HasRoomFor("one-more").ShouldBeFalse();
        outbox.HasRoomFor("thing-7").ShouldBeTrue();
    }
}
