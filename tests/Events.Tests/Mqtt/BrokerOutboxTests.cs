using IoTOrleans.Events.Mqtt;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Mqtt;

public sealed class BrokerOutboxTests : IAsyncDisposable
{
    private readonly WatchedTime _time = new();
    private readonly RecordingSink _sink = new();
    private readonly TestMeters _meters = new();
    private readonly BrokerOutbox _outbox;

    public BrokerOutboxTests()
    {
        _outbox = new(_sink, new EventMetrics(_meters), _time, NullLogger<BrokerOutbox>.Instance);
        _outbox.Start();
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _sink.Fails = false;
        _sink.Gate?.TrySetResult();
        await _outbox.Drain(RecordingSink.Patience, CancellationToken.None).WaitAsync(RecordingSink.Patience);
        _meters.Dispose();
    }

    [Fact]
    public async Task Changes_of_one_thing_are_delivered_in_order_and_once()
    {
        _outbox.Add("a", BrokerChange.Of(true, 1));
        _outbox.Add("a", BrokerChange.Of(false, 1));
        _outbox.Add("a", BrokerChange.Of(true, 2));

        (await _sink.Next()).Change.ShouldBe(BrokerChange.Of(true, 1));
        (await _sink.Next()).Change.ShouldBe(BrokerChange.Of(false, 1));
        (await _sink.Next()).Change.ShouldBe(BrokerChange.Of(true, 2));
        await _outbox.Drain(RecordingSink.Patience, Cancelled).WaitAsync(RecordingSink.Patience, Cancelled);
        _sink.Taken.Count.ShouldBe(3);
        _outbox.ThingsWaiting.ShouldBe(0);
        _meters["iot_orleans.events{broker,taken}"].ShouldBe(3);
    }

    [Fact]
    public async Task A_sink_that_fails_is_asked_again_after_1_2_4_8_and_then_every_15_seconds()
    {
        _sink.Fails = true;
        _outbox.Add("a", BrokerChange.Of(true, 1));

        foreach (var seconds in new double[] { 1, 2, 4, 8, 15, 15 })
        {
            await _sink.NextRefused();
            var wait = await _time.NextWait(Cancelled);
            wait.TotalSeconds.ShouldBeInRange(seconds * 0.75, seconds + 0.01);
            _time.Advance(wait);
        }

        await _sink.NextRefused();
        await _meters.Reaches("iot_orleans.events{broker,failed}", 7);
    }

    [Fact]
    public async Task What_happened_while_the_storage_was_down_is_delivered_later_in_order_and_once()
    {
        _sink.Fails = true;
        var at = _time.GetUtcNow();
        _outbox.Add("a", BrokerChange.Of(false, 1, at));
        await _sink.NextRefused();
        var wait = await _time.NextWait(Cancelled);
        for (var number = 2; number <= 100; number++)
        {
            _outbox.Add("a", BrokerChange.Of(true, number));
            _outbox.Add("a", BrokerChange.Of(false, number, at.AddSeconds(number)));
        }

        _sink.Fails = false;
        _time.Advance(wait);

        (await _sink.Next()).Change.ShouldBe(BrokerChange.Of(false, 1, at));
        (await _sink.Next()).Change.ShouldBe(BrokerChange.Of(true, 100));
        (await _sink.Next()).Change.ShouldBe(BrokerChange.Of(false, 100, at.AddSeconds(100)));
        await _outbox.Drain(RecordingSink.Patience, Cancelled).WaitAsync(RecordingSink.Patience, Cancelled);
        _sink.Taken.Count.ShouldBe(3);
        _meters["iot_orleans.events{broker,collapsed}"].ShouldBe(196);
    }

    [Fact]
    public async Task A_thing_whose_grain_fails_does_not_hold_up_the_others()
    {
        _sink.Fails = true;
        _outbox.Add("a", BrokerChange.Of(true, 1));
        await _sink.NextRefused();
        await _time.NextWait(Cancelled);
        _sink.Fails = false;

        _outbox.Add("b", BrokerChange.Of(true, 2));

        (await _sink.Next()).ThingName.ShouldBe("b");
        _outbox.NewestOf("a").ShouldBe(BrokerChange.Of(true, 1));
    }

    [Fact]
    public async Task Many_things_are_delivered_by_few_workers()
    {
        _sink.Gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        for (var number = 0; number < 1_000; number++) _outbox.Add($"thing-{number}", BrokerChange.Of(true, number));
        _outbox.ThingsWaiting.ShouldBe(1_000);

        _sink.Gate.SetResult();
        await _outbox.Drain(RecordingSink.Patience, Cancelled).WaitAsync(RecordingSink.Patience, Cancelled);

        _sink.Taken.Select(report => report.ThingName).Distinct().Count().ShouldBe(1_000);
        _sink.MostAtOnce.ShouldBeLessThanOrEqualTo(BrokerOutbox.Workers);
    }

    [Fact]
    public async Task Draining_does_not_wait_for_the_backoff()
    {
        _sink.Fails = true;
        _outbox.Add("a", BrokerChange.Of(true, 1));
        await _sink.NextRefused();
        await _time.NextWait(Cancelled);
        _sink.Fails = false;

        await _outbox.Drain(RecordingSink.Patience, Cancelled).WaitAsync(RecordingSink.Patience, Cancelled);

        _sink.Taken.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Draining_gives_up_when_its_time_is_over()
    {
        _sink.Gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _outbox.Add("a", BrokerChange.Of(true, 1));

        var drained = _outbox.Drain(TimeSpan.FromSeconds(10), Cancelled);
        (await _time.NextWait(Cancelled)).ShouldBe(TimeSpan.FromSeconds(10));
        drained.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromSeconds(10));

        await drained.WaitAsync(RecordingSink.Patience, Cancelled);
        _outbox.ThingsWaiting.ShouldBe(1);
    }

    [Fact]
    public void There_is_room_for_many_things_but_not_for_any_number()
    {
        _sink.Gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        for (var number = 0; number < BrokerOutbox.MaxThings; number++)
        {
            _outbox.HasRoomFor($"thing-{number}").ShouldBeTrue();
            _outbox.Add($"thing-{number}", BrokerChange.Of(true, number));
        }

        _outbox.HasRoomFor("one-more").ShouldBeFalse();
        _outbox.HasRoomFor("thing-7").ShouldBeTrue();
    }
}
