using System.Net;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Events.Sqs;
using IoTOrleans.Events.Watermarks;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Sqs;

/// <summary>SIGTERM: nothing is lost, nothing waits for long, and what is left is there for others at once.</summary>
public sealed class StopTests
{
    [Fact]
    public async Task What_is_in_hand_is_stored_and_deleted_before_the_consumer_has_stopped()
    {
        await using var rig = new SqsRig(options => options with { Workers = 4 });
        rig.Sink.Waits = _ => Task.Delay(TimeSpan.FromSeconds(1), rig.Time);
        for (var i = 0; i < 20; i++) rig.Queue.Send(SqsRig.Body($"thing-{i}"));
        await rig.Start();
        await rig.Until(() => rig.Queue.Visible is 0, TimeSpan.FromSeconds(2));

        await rig.Stop();

        rig.Sink.Stored.Count.ShouldBe(20);
        rig.Queue.Deleted.Count.ShouldBe(20);
        rig.Queue.Waiting.ShouldBe(0);
    }

    [Fact]
    public async Task What_cannot_be_stored_in_time_is_given_back_at_once()
    {
        await using var rig = new SqsRig(options => options with { Workers = 1 });
        rig.Sink.Waits = thing => thing is "slow" ? new TaskCompletionSource().Task : Task.CompletedTask;
        rig.Queue.Send(SqsRig.Body("fast"), SqsRig.Body("slow"), SqsRig.Body("never"));
        await rig.Start();
        await rig.Until(() => rig.Sink.Attempts.Contains("slow"), TimeSpan.FromSeconds(5));

        var began = rig.Time.GetUtcNow();
        await rig.Stop();

        (rig.Time.GetUtcNow() - began).ShouldBeInRange(TimeSpan.FromSeconds(14), TimeSpan.FromSeconds(21));
        rig.Queue.VisibleBodies.ShouldBe([SqsRig.Body("slow"), SqsRig.Body("never")], ignoreOrder: true);
        rig.Queue.Deleted.ShouldBe([SqsRig.Body("fast")]);
    }

    [Fact]
    public async Task While_storage_is_down_a_stop_waits_for_nothing()
    {
        await using var rig = new SqsRig();
        rig.Sink.IsDown = true;
        for (var i = 0; i < 30; i++) rig.Queue.Send(SqsRig.Body($"thing-{i}"));
        await rig.Start();
        await rig.Until(() => rig.Get<StorageGate>().IsPaused, TimeSpan.FromSeconds(5));
        await rig.Pass(TimeSpan.FromSeconds(20));

        var began = rig.Time.GetUtcNow();
        await rig.Stop();

        (rig.Time.GetUtcNow() - began).ShouldBeLessThan(TimeSpan.FromSeconds(3));
        rig.Queue.Visible.ShouldBe(30);
    }

    [Fact]
    public async Task What_sqs_is_handing_out_when_the_stop_begins_is_still_taken()
    {
        await using var rig = new SqsRig();
        await rig.Start();
        var answer = rig.Queue.Hangs["Receive"] = new TaskCompletionSource();
        rig.Queue.Send(SqsRig.Body("a"));
        await rig.Until(() => rig.Queue.Visible is 0, TimeSpan.FromSeconds(2));

        var stopped = rig.BeginStop();
        await rig.Pass(TimeSpan.FromMilliseconds(500));
        answer.SetResult();
        await rig.Until(() => stopped.IsCompleted, TimeSpan.FromSeconds(10));

        rig.Queue.Deleted.ShouldBe([SqsRig.Body("a")]);
    }

    [Fact]
    public async Task A_poll_that_waits_is_waited_for_so_that_an_idle_queue_hides_nothing()
    {
        await using var rig = new SqsRig();
        await rig.Start();
        await rig.Pass(TimeSpan.FromSeconds(3));

        var began = rig.Time.GetUtcNow();
        await rig.Stop();

        (rig.Time.GetUtcNow() - began).ShouldBeLessThan(SqsQueue.LongPoll + SqsQueue.Answering);
        rig.Get<ConsumerWatermark>().At(rig.Time.GetUtcNow()).ShouldBe(Watermark.Unknown, "who has nothing in hand keeps nobody waiting");
        rig.Get<ConsumerWatermark>().HasGivenBack.ShouldBeFalse();
    }

    [Fact]
    public async Task A_poll_that_hangs_is_cut_off_and_may_have_swallowed_something()
    {
        await using var rig = new SqsRig();
        await rig.Start();
        rig.Queue.Hangs["Receive"] = new TaskCompletionSource();
        await rig.Pass(TimeSpan.FromSeconds(3));

        var began = rig.Time.GetUtcNow();
        await rig.Stop();

        var now = rig.Time.GetUtcNow();
        (now - began).ShouldBeLessThan(SqsQueue.LongPoll + SqsQueue.Answering + TimeSpan.FromSeconds(2));
        rig.Get<ConsumerWatermark>().At(now).Hides(after: began, now).ShouldBeTrue();
    }

    [Fact]
    public async Task What_was_given_back_is_not_missing_and_what_SQS_did_not_confirm_is()
    {
        foreach (var fails in new[] { false, true })
        {
            await using var rig = new SqsRig();
            rig.Sink.Waits = _ => new TaskCompletionSource().Task;
            await rig.Start();
            rig.Queue.Send(SqsRig.Body("a"));
            var sent = rig.Time.GetUtcNow();
            await rig.Until(() => rig.Queue.Visible is 0, TimeSpan.FromSeconds(2));
            if (fails) rig.Queue.Faults["ChangeVisibility"] = FakeQueue.Error("AccessDenied", HttpStatusCode.Forbidden);

            await rig.Stop();

            var watermark = rig.Get<ConsumerWatermark>();
            watermark.HasGivenBack.ShouldBe(!fails);
            (watermark.At(rig.Time.GetUtcNow()).SeenUntil < sent).ShouldBe(fails, "hidden until its time is over");
        }
    }

    [Fact]
    public async Task The_next_consumer_gets_everything_that_the_last_one_left()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(new DateTimeOffset(2025, 11, 23, 8, 0, 0, TimeSpan.Zero));
        var queue = new FakeQueue(time) { MaxReceiveCount = 3 };
        for (var i = 0; i < 200; i++) queue.Send(SqsRig.Body($"thing-{i}"));
        await using (var first = new SqsRig(queue: queue, time: time))
        {
            first.Sink.IsDown = true;
            await first.Start();
            await first.Pass(TimeSpan.FromMinutes(5));
            await first.Stop();
        }

        await using var second = new SqsRig(queue: queue, time: time);
        await second.Start();
        await second.Until(() => queue.Waiting is 0, TimeSpan.FromSeconds(30));

        second.Sink.Stored.Select(stored => stored.ThingName).Distinct().Count().ShouldBe(200);
        queue.Dead.ShouldBeEmpty();
    }

    [Fact]
    public async Task Stopping_what_never_started_is_no_trouble()
    {
        await using var rig = new SqsRig();
        await rig.BeginStop();
    }
}
