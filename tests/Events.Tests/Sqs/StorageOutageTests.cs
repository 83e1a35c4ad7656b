using IoTOrleans.Events.Sqs;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Sqs;

/// <summary>A receive is spent only on what can be stored.</summary>
public sealed class StorageOutageTests
{
    [Fact]
    public async Task Storage_that_is_down_for_long_costs_no_message_and_one_receive_each()
    {
        await using var rig = new SqsRig();
        rig.Queue.MaxReceiveCount = 3;
        rig.Sink.IsDown = true;
        for (var i = 0; i < 100; i++) rig.Queue.Send(SqsRig.Body($"thing-{i}"));

        await rig.Start();
        await rig.Pass(TimeSpan.FromMinutes(4));
        rig.Sink.IsDown = false;
        await rig.Until(() => rig.Queue.Waiting is 0, TimeSpan.FromMinutes(1));

        rig.Queue.Dead.ShouldBeEmpty();
        rig.Sink.Stored.Select(stored => stored.ThingName).Distinct().Count().ShouldBe(100);
        rig.Queue.Receives.Sum(receive => receive.Came).ShouldBe(100);
    }

    [Fact]
    public async Task Storage_that_goes_down_in_the_middle_of_traffic_costs_no_message()
    {
        await using var rig = new SqsRig();
        rig.Queue.MaxReceiveCount = 2;
        rig.Sink.Waits = _ => Task.Delay(TimeSpan.FromMilliseconds(500), rig.Time);
        for (var i = 0; i < 500; i++) rig.Queue.Send(SqsRig.Body($"thing-{i}"));
        await rig.Start();
        await rig.Until(() => rig.Sink.Stored.Count > 150, TimeSpan.FromSeconds(20));

        rig.Sink.IsDown = true;
        await rig.Pass(TimeSpan.FromMinutes(3));
        rig.Sink.IsDown = false;
        await rig.Until(() => rig.Queue.Waiting is 0, TimeSpan.FromMinutes(2));

        rig.Queue.Dead.ShouldBeEmpty();
        rig.Sink.Stored.Select(stored => stored.ThingName).Distinct().Count().ShouldBe(500);

        // Those few that failed while others could still be stored.
        rig.Queue.Receives.Sum(receive => receive.Came).ShouldBeInRange(500, 504);
    }

    [Fact]
    public async Task A_single_message_is_kept_in_hand_too()
    {
        await using var rig = new SqsRig();
        rig.Queue.MaxReceiveCount = 1;
        rig.Sink.IsDown = true;
        rig.Queue.Send(SqsRig.Body("a"));

        await rig.Start();
        await rig.Pass(TimeSpan.FromMinutes(5));
        rig.Sink.IsDown = false;
        await rig.Until(() => rig.Queue.Waiting is 0, TimeSpan.FromSeconds(10));

        rig.Queue.Dead.ShouldBeEmpty();
    }

    [Fact]
    public async Task While_storage_is_down_one_attempt_is_made_every_5_seconds_each_time_with_another_thing()
    {
        await using var rig = new SqsRig();
        rig.Sink.IsDown = true;
        for (var i = 0; i < 20; i++) rig.Queue.Send(SqsRig.Body($"thing-{i}"));

        await rig.Start();
        await rig.Until(() => rig.Get<StorageGate>().IsPaused, TimeSpan.FromSeconds(5));
        await rig.Pass(TimeSpan.FromSeconds(1));
        var before = rig.Sink.Attempts.Count;
        await rig.Pass(TimeSpan.FromSeconds(50));

        var probes = rig.Sink.Attempts.Skip(before).ToList();
        probes.Count.ShouldBeInRange(9, 11);
        probes.Distinct().Count().ShouldBe(probes.Count);
    }

    [Fact]
    public async Task While_storage_is_down_nothing_new_is_received_once_the_hand_is_full()
    {
        await using var rig = new SqsRig();
        rig.Sink.IsDown = true;
        for (var i = 0; i < 5000; i++) rig.Queue.Send(SqsRig.Body($"thing-{i}"));

        await rig.Start();
        await rig.Until(() => rig.Get<StorageGate>().IsPaused, TimeSpan.FromSeconds(5));
        await rig.Pass(TimeSpan.FromSeconds(30));
        var receives = rig.Queue.Receives.Count;
        await rig.Pass(TimeSpan.FromMinutes(4));

        rig.Queue.Receives.Count.ShouldBe(receives);
        rig.Queue.Dead.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_pause_is_told_once_a_minute_and_so_is_its_end()
    {
        await using var rig = new SqsRig();
        rig.Sink.IsDown = true;
        rig.Queue.Send(SqsRig.Body("a"), SqsRig.Body("b"), SqsRig.Body("c"), SqsRig.Body("d"), SqsRig.Body("e"));

        await rig.Start();
        await rig.Pass(TimeSpan.FromSeconds(310));
        rig.Sink.IsDown = false;
        await rig.Until(() => rig.Queue.Waiting is 0, TimeSpan.FromSeconds(10));

        rig.Log.Warnings.Count(line => line.Contains("paused", StringComparison.Ordinal)).ShouldBeInRange(5, 6);
        rig.Log.Warnings.Count.ShouldBeLessThan(8);
        rig.Log.All.ShouldContain(line => line.StartsWith("Storage is back", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_thing_that_cannot_be_stored_does_not_hold_up_the_others_and_comes_again_ever_later()
    {
        await using var rig = new SqsRig();
        rig.Sink.Fails = thing => thing is "broken" ? new InvalidOperationException("This one is broken.") : null;
        rig.Queue.Send(SqsRig.Body("broken"));
        await rig.Start();

        var sent = 0;
        while (BackoffsOf("broken").Count < 4)
        {
            rig.Queue.Send(SqsRig.Body($"thing-{sent++}"));
            await rig.Pass(TimeSpan.FromSeconds(2));
            rig.Get<StorageGate>().IsPaused.ShouldBeFalse();
        }

        rig.Sink.Stored.Count.ShouldBe(sent);
        BackoffsOf("broken").ShouldBe([10, 20, 40, 80]);

        List<int> BackoffsOf(string thing) => rig.Queue.Locked(() =>
            rig.Queue.Changes.Where(change => change.Body == SqsRig.Body(thing) && change.Seconds is not 30)
                .Select(change => change.Seconds).ToList());
    }

    [Fact]
    public async Task One_thing_that_cannot_be_stored_and_is_alone_in_the_queue_does_not_stop_the_next_one()
    {
        await using var rig = new SqsRig();
        rig.Sink.Fails = thing => thing is "broken" ? new InvalidOperationException("This one is broken.") : null;
        rig.Queue.Send(SqsRig.Body("broken"));
        await rig.Start();
        await rig.Until(() => rig.Get<StorageGate>().IsPaused, TimeSpan.FromSeconds(30));
        await rig.Pass(TimeSpan.FromMinutes(5));

        rig.Queue.Send(SqsRig.Body("fine"));
        var waited = await rig.Until(() => rig.Sink.Stored.Count is 1, TimeSpan.FromSeconds(30));

        waited.ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(11));
        rig.Get<StorageGate>().IsPaused.ShouldBeFalse();
    }

    [Fact]
    public async Task When_one_change_of_a_thing_cannot_be_stored_the_later_ones_of_its_batch_wait_with_it()
    {
        await using var rig = new SqsRig();
        var down = true;
        rig.Sink.Fails = thing => thing is "a" && down ? new InvalidOperationException("Not now.") : null;
        rig.Queue.Send(SqsRig.Body("a", connected: false, version: 1), SqsRig.Body("a", connected: true, version: 2), SqsRig.Body("b"));

        await rig.Start();
        await rig.Until(() => rig.Queue.Changes.Count(change => change.Seconds is 10) is 2, TimeSpan.FromSeconds(30));
        rig.Sink.Attempts.Count(thing => thing is "a").ShouldBe(4, "three more while it was in hand, all with the first change");
        down = false;
        await rig.Until(() => rig.Queue.Waiting is 0, TimeSpan.FromSeconds(30));

        rig.Sink.Stored.Where(stored => stored.ThingName is "a").Select(stored => stored.Change.Number).ShouldBe([1, 2]);
    }
}
