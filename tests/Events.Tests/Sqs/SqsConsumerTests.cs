using NSubstitute;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Sqs;

/// <summary>From the queue to the sink and back, when all is well.</summary>
public sealed class SqsConsumerTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task What_is_stored_is_deleted()
    {
        await using var rig = new SqsRig();
        rig.Queue.Send(SqsRig.Body("a"), SqsRig.Body("b", connected: false));

        await rig.Start();
        await rig.Until(() => rig.Queue.Waiting is 0, Soon);

        rig.Sink.Stored.Select(stored => (stored.ThingName, stored.Change.Connected))
            .ShouldBe([("a", true), ("b", false)], ignoreOrder: true);
        rig.Queue.Deleted.Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_time_of_arrival_is_the_one_at_which_the_queue_took_it()
    {
        await using var rig = new SqsRig();
        var sentAt = rig.Time.GetUtcNow();
        rig.Queue.Send(SqsRig.Body("a"));
        rig.Time.Advance(TimeSpan.FromHours(3));

        await rig.Start();
        await rig.Until(() => rig.Queue.Waiting is 0, Soon);

        rig.Sink.Stored.ShouldHaveSingleItem().Change.ReceivedAt.ShouldBe(sentAt);
    }

    [Fact]
    public async Task What_arrives_later_is_taken_by_a_long_poll()
    {
        await using var rig = new SqsRig();
        await rig.Start();
        await rig.Pass(TimeSpan.FromSeconds(50));

        rig.Queue.Send(SqsRig.Body("a"));
        await rig.Until(() => rig.Queue.Waiting is 0, Soon);

        // Two receivers, a poll every 5 s each, and the first that does not wait.
        rig.Queue.Receives.Count.ShouldBeInRange(19, 25);
    }

    [Fact]
    public async Task Nothing_is_deleted_before_it_is_stored()
    {
        await using var rig = new SqsRig();
        var stored = new TaskCompletionSource();
        rig.Sink.Waits = _ => stored.Task;
        rig.Queue.Send(SqsRig.Body("a"));

        await rig.Start();
        await rig.Pass(TimeSpan.FromSeconds(90));
        rig.Queue.Deleted.ShouldBeEmpty();
        rig.Queue.ReceiveCountOf(SqsRig.Body("a")).ShouldBe(1, "it was kept hidden all the time");

        stored.SetResult();
        await rig.Until(() => rig.Queue.Waiting is 0, Soon);
    }

    [Fact]
    public async Task The_changes_of_one_thing_in_one_batch_are_stored_one_after_the_other()
    {
        await using var rig = new SqsRig();
        for (var version = 1; version <= 10; version++) rig.Queue.Send(SqsRig.Body("a", version % 2 is 0, version));
        rig.Sink.Waits = _ => Task.Delay(TimeSpan.FromMilliseconds(100), rig.Time);

        await rig.Start();
        await rig.Until(() => rig.Queue.Waiting is 0, Soon);

        rig.Sink.MostAtOnce.ShouldBe(1);
        rig.Sink.Stored.Select(stored => stored.Change.Number).ShouldBe(Enumerable.Range(1, 10).Select(version => (long?)version));
    }

    [Fact]
    public async Task Different_things_are_stored_at_the_same_time_but_never_more_than_there_are_workers()
    {
        await using var rig = new SqsRig(options => options with { Workers = 7 });
        for (var i = 0; i < 40; i++) rig.Queue.Send(SqsRig.Body($"thing-{i}"));
        rig.Sink.Waits = _ => Task.Delay(TimeSpan.FromSeconds(1), rig.Time);

        await rig.Start();
        await rig.Until(() => rig.Queue.Waiting is 0, TimeSpan.FromSeconds(20));

        rig.Sink.MostAtOnce.ShouldBe(7);
    }

    [Fact]
    public async Task No_more_is_received_than_there_is_room_for()
    {
        await using var rig = new SqsRig(options => options with { Workers = 2, Capacity = 5, Receivers = 1 });
        for (var i = 0; i < 100; i++) rig.Queue.Send(SqsRig.Body($"thing-{i}"));
        var stored = new TaskCompletionSource();
        rig.Sink.Waits = _ => stored.Task;

        await rig.Start();
        await rig.Pass(TimeSpan.FromMinutes(2));

        // With the workers, in the channel, and in one batch that waits to get in.
        (100 - rig.Queue.Visible).ShouldBeInRange(7, 2 + 5 + 10);

        stored.SetResult();
        await rig.Until(() => rig.Queue.Waiting is 0, TimeSpan.FromMinutes(1));
        rig.Sink.Stored.Count.ShouldBe(100);
    }

    [Fact]
    public async Task What_says_nothing_of_the_connection_is_deleted_and_not_stored()
    {
        await using var rig = new SqsRig();
        rig.Queue.Send("""{"thingName":"a","current":{"state":{"reported":{"temperature":3}}},"timestamp":1763884800}""");

        await rig.Start();
        await rig.Until(() => rig.Queue.Waiting is 0, Soon);

        rig.Sink.Attempts.ShouldBeEmpty();
        rig.Queue.Deleted.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Thousands_are_stored_once_each_and_deleted_in_full_batches()
    {
        await using var rig = new SqsRig();
        for (var i = 0; i < 3000; i++) rig.Queue.Send(SqsRig.Body($"thing-{i}", version: i));

        await rig.Start();
        await rig.Until(() => rig.Queue.Waiting is 0, TimeSpan.FromMinutes(2));

        rig.Sink.Stored.Count.ShouldBe(3000);
        rig.Sink.Stored.Select(stored => stored.ThingName).Distinct().Count().ShouldBe(3000);
        rig.Queue.DeleteBatches.Count.ShouldBeLessThan(600);
    }

    [Fact]
    public async Task A_part_that_breaks_stops_the_service()
    {
        await using var rig = new SqsRig();

        // Something that no part expects: the queue of work is gone.
        await rig.Start();
        rig.Get<System.Threading.Channels.Channel<IoTOrleans.Events.Sqs.ThingMessages>>().Writer.Complete(
            new InvalidOperationException("gone"));
        await rig.Until(() => rig.Log.Warnings.Any(line => line.Contains("failed unexpectedly", StringComparison.Ordinal)), Soon);

        rig.Lifetime.Received().StopApplication();
    }
}
