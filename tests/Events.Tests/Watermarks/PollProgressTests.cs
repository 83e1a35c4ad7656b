using IoTOrleans.Events.Sqs;
using IoTOrleans.Events.Watermarks;
using IoTOrleans.Events.Tests.Sqs;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Watermarks;

/// <summary>What whoever wants to know how far behind we are can see.</summary>
public sealed class PollProgressTests
{
    [Fact]
    public async Task It_tells_which_polls_wait_and_that_the_queue_was_empty()
    {
        await using var rig = new SqsRig();
        await rig.Start();
        await rig.Pass(TimeSpan.FromSeconds(30));

        var polls = rig.Get<PollProgress>().Polls;
        polls.Count.ShouldBe(2);
        foreach (var poll in polls)
        {
            poll.Last.WaitingSince.ShouldNotBeNull()
                .ShouldBeGreaterThan(rig.Time.GetUtcNow() - SqsQueue.LongPoll - TimeSpan.FromSeconds(1));
            poll.Last.LastResult.ShouldNotBeNull().OldestSentAt.ShouldBeNull();
        }
    }

    [Fact]
    public async Task It_tells_the_oldest_stamp_of_the_last_receive_and_of_what_is_in_hand()
    {
        await using var rig = new SqsRig(options => options with { Receivers = 1 });
        rig.Sink.Waits = _ => new TaskCompletionSource().Task;
        await rig.Start();
        var oldest = rig.Time.GetUtcNow();
        rig.Queue.Send(SqsRig.Body("a"));
        await rig.Until(() => !rig.Sink.Attempts.IsEmpty, TimeSpan.FromSeconds(3));

        var progress = rig.Get<PollProgress>();
        progress.Polls.ShouldHaveSingleItem().Last.LastResult.ShouldNotBeNull().OldestSentAt.ShouldBe(oldest);
        progress.Held.All.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            message => message.SentAt.ShouldBe(oldest),
            message => message.ReceiveCount.ShouldBe(1));
    }
}
