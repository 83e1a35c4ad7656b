using System.Net;
using Amazon.SQS;
using CsCheck;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Events.Sqs;
using IoTOrleans.Events.Watermarks;
using IoTOrleans.Events.Tests.Sqs;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Watermarks;

/// <summary>Whatever is said to have been read has been stored.</summary>
public sealed class ConsumerWatermarkTests
{
    [Fact]
    public async Task Before_the_first_answer_nothing_is_known()
    {
        await using var rig = new SqsRig();
        WatermarkOf(rig).SeenUntil.ShouldBeNull();
    }

    [Fact]
    public async Task An_empty_queue_is_read_up_to_a_second_or_two_ago()
    {
        await using var rig = new SqsRig();
        await rig.Start();
        await rig.Pass(TimeSpan.FromSeconds(20));
        for (var i = 0; i < 20; i++)
        {
            await rig.Pass(TimeSpan.FromMilliseconds(750));
            Behind(rig).ShouldBeLessThan(TimeSpan.FromSeconds(2.5));
        }
    }

    [Fact]
    public async Task What_is_in_hand_is_not_read_however_empty_the_queue_is()
    {
        await using var rig = new SqsRig();
        rig.Sink.Waits = _ => new TaskCompletionSource().Task;
        await rig.Start();
        rig.Queue.Send(SqsRig.Body("a"));
        var sent = rig.Time.GetUtcNow();
        await rig.Pass(TimeSpan.FromSeconds(30));
        WatermarkOf(rig).SeenUntil.ShouldNotBeNull().ShouldBeLessThan(sent);
    }

    [Fact]
    public async Task Nor_is_what_could_not_be_stored_and_comes_again_later()
    {
        await using var rig = new SqsRig();
        rig.Sink.Fails = thing => thing == "a" ? new InvalidOperationException("not this one") : null;
        await rig.Start();
        rig.Queue.Send(SqsRig.Body("a"));
        var sent = rig.Time.GetUtcNow();
        for (var i = 0; i < 30; i++)
        {
            rig.Queue.Send(SqsRig.Body($"other-{i}"));
            await rig.Pass(TimeSpan.FromSeconds(1));
            WatermarkOf(rig).SeenUntil.ShouldNotBeNull().ShouldBeLessThan(sent);
        }

        rig.Sink.Fails = _ => null;
        await rig.Until(() => WatermarkOf(rig).SeenUntil > sent, TimeSpan.FromMinutes(2));
        rig.Queue.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_can_never_be_stored_keeps_nobody_waiting_for_ever()
    {
        await using var rig = new SqsRig();
        rig.Sink.Fails = thing => thing == "a" ? new InvalidOperationException("not this one") : null;
        await rig.Start();
        rig.Queue.Send("no event", SqsRig.Body("a"));
        var sent = rig.Time.GetUtcNow();
        for (var i = 0; i < 150; i++)
        {
            rig.Queue.Send(SqsRig.Body($"other-{i}"));
            await rig.Pass(TimeSpan.FromSeconds(1));
        }

        WatermarkOf(rig).SeenUntil.ShouldNotBeNull().ShouldBeGreaterThan(sent);
    }

    [Fact]
    public async Task A_poll_that_hangs_has_found_out_nothing_and_may_have_swallowed_something()
    {
        await using var rig = new SqsRig(options => options with { Receivers = 1 });
        await rig.Start();
        await rig.Pass(TimeSpan.FromSeconds(10));
        rig.Queue.Hangs["Receive"] = new TaskCompletionSource();
        rig.Queue.Send(SqsRig.Body("a"));
        var sent = rig.Time.GetUtcNow();

        await rig.Pass(SqsQueue.LongPoll + SqsQueue.Answering + TimeSpan.FromSeconds(1));
        var watermark = WatermarkOf(rig);
        watermark.SeenUntil.ShouldNotBeNull().ShouldBeLessThan(sent + TimeSpan.FromSeconds(1));
        watermark.Hides(after: sent, rig.Time.GetUtcNow()).ShouldBeTrue();
    }

    [Fact]
    public async Task After_a_failed_poll_something_may_be_hidden_for_one_visibility_timeout()
    {
        await using var rig = new SqsRig();
        await rig.Start();
        await rig.Pass(TimeSpan.FromSeconds(10));
        rig.Queue.Faults["Receive"] = new AmazonSQSException("reset");
        rig.Queue.Send("wakes both polls");
        await rig.Pass(TimeSpan.FromSeconds(2));
        rig.Queue.Faults.Clear();
        var failed = rig.Time.GetUtcNow();

        WatermarkOf(rig).Hides(after: failed, failed).ShouldBeTrue();
        await rig.Pass(TimeSpan.FromSeconds(45));
        WatermarkOf(rig).Hides(after: failed, rig.Time.GetUtcNow()).ShouldBeFalse();
        Behind(rig).ShouldBeLessThan(TimeSpan.FromSeconds(2.5));
    }

    [Fact]
    public async Task A_proxy_that_cuts_idle_polls_makes_them_short_and_then_nothing_is_hidden()
    {
        await using var rig = new SqsRig();
        rig.Queue.CutsAfter = TimeSpan.FromSeconds(3);
        await rig.Start();
        await rig.Pass(TimeSpan.FromSeconds(60));

        WatermarkOf(rig).Hides(after: rig.Time.GetUtcNow(), rig.Time.GetUtcNow()).ShouldBeFalse();
        Behind(rig).ShouldBeLessThan(TimeSpan.FromSeconds(3));
        rig.Log.All.Count(line => line.Contains("cuts polls", StringComparison.Ordinal)).ShouldBe(1);

        // After an hour it tries again, in case the proxy is gone.
        rig.Queue.CutsAfter = null;
        await rig.Pass(PollLength.StaysShortFor);
        var before = rig.Queue.Receives.Count;
        await rig.Pass(TimeSpan.FromSeconds(60));
        (rig.Queue.Receives.Count - before).ShouldBeLessThan(40);
    }

    [Fact]
    public async Task A_poll_that_breaks_once_is_followed_by_polls_as_long_as_before()
    {
        await using var rig = new SqsRig(options => options with { Receivers = 1 });
        await rig.Start();
        await rig.Pass(TimeSpan.FromSeconds(20));
        rig.Queue.CutsAfter = TimeSpan.FromSeconds(3);
        await rig.Until(() => rig.Get<PollProgress>().FailedAt is not null, TimeSpan.FromSeconds(30));
        rig.Queue.CutsAfter = null;
        await rig.Pass(TimeSpan.FromSeconds(20));
        rig.Get<PollLength>().Current.ShouldBe(SqsQueue.LongPoll);
    }

    /// <summary>Of one silo that may not, or cannot, receive, the others are to learn that it knows nothing, and no more.</summary>
    [Fact]
    public async Task A_silo_that_is_refused_holds_up_nobody_with_what_it_received_and_stored_before()
    {
        await using var rig = new SqsRig();
        await rig.Start();
        rig.Queue.Send(SqsRig.Body("a"));
        await rig.Until(() => rig.Queue.Waiting is 0, TimeSpan.FromSeconds(10));
        rig.Queue.Faults["Receive"] = FakeQueue.Error("AccessDenied", HttpStatusCode.Forbidden);
        await rig.Pass(TimeSpan.FromSeconds(60));

        var watermark = WatermarkOf(rig);
        watermark.SeenUntil.ShouldBeNull();
        watermark.Hides(after: rig.Time.GetUtcNow(), rig.Time.GetUtcNow()).ShouldBeFalse("what was refused handed out nothing");
    }

    [Fact]
    public async Task While_storage_is_down_it_stands_still()
    {
        await using var rig = new SqsRig();
        await rig.Start();
        rig.Sink.IsDown = true;
        for (var i = 0; i < 30; i++) rig.Queue.Send(SqsRig.Body($"thing-{i}"));
        var sent = rig.Time.GetUtcNow();
        await rig.Pass(TimeSpan.FromMinutes(3));
        WatermarkOf(rig).SeenUntil.ShouldNotBeNull().ShouldBeLessThan(sent);
    }

    /// <summary>
    /// Random traffic, random failures: at every quarter of a second what is said to have been read must have been stored.
    /// </summary>
    [Fact]
    public async Task It_never_says_more_than_is_true() => await Gen.Int[0, 6].Array[40].SampleAsync(
        async story =>
        {
            await using var rig = new SqsRig();
            await rig.Start();
            for (var step = 0; step < story.Length; step++)
            {
                rig.Sink.IsDown = story[step] == 1;
                rig.Sink.Fails = thing => story[step] == 2 && thing[^1] % 2 == 0 ? new InvalidOperationException("half of them") : null;
                rig.Queue.Faults.Clear();
                if (story[step] == 3) rig.Queue.Faults["Receive"] = new AmazonSQSException("reset");
                for (var i = 0; story[step] >= 4 && i < story[step]; i++) rig.Queue.Send(SqsRig.Body($"thing-{(step * 7) + i}"));
                for (var i = 0; i < 4; i++)
                {
                    await rig.Pass(TimeSpan.FromMilliseconds(250));
                    Judge(rig);
                }
            }
        },
        iter: 12, threads: 1);

    private static void Judge(SqsRig rig)
    {
        var (watermark, now) = (WatermarkOf(rig), rig.Time.GetUtcNow());
        var stored = rig.Sink.Stored.Select(change => change.ThingName).ToHashSet();
        foreach (var (body, sentAt, receives) in rig.Queue.All.Where(message => message.ReceiveCount <= 3))
        {
            var thing = body.Split('"')[3];
            if (stored.Contains(thing) || watermark.Hides(sentAt, now)) continue;
            (watermark.SeenUntil >= sentAt).ShouldBeFalse(
                $"{thing}, sent {sentAt:T}, received {receives} times, is not stored; "
                    + $"said to be read until {watermark.SeenUntil:T} at {now:T}");
        }
    }

    private static Watermark WatermarkOf(SqsRig rig) => rig.Get<ConsumerWatermark>().At(rig.Time.GetUtcNow());

    private static TimeSpan Behind(SqsRig rig) => rig.Time.GetUtcNow() - WatermarkOf(rig).SeenUntil.ShouldNotBeNull();
}
