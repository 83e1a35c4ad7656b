using IoTOrleans.Events.Sqs;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Sqs;

/// <summary>Messages that are no event.</summary>
public sealed class PoisonTests
{
    [Fact]
    public async Task Poison_goes_to_the_dead_letter_queue_within_a_minute_and_the_good_ones_are_stored()
    {
        await using var rig = new SqsRig();
        rig.Queue.MaxReceiveCount = 20;
        rig.Queue.Send("not json", SqsRig.Body("a"), """{"thingName":"a","connected":"yes","timestamp":1}""", SqsRig.Body("b"), "{}");

        await rig.Start();
        await rig.Until(() => rig.Queue.Waiting is 0, TimeSpan.FromMinutes(1));

        rig.Queue.Dead.Count.ShouldBe(3);
        rig.Sink.Stored.Count.ShouldBe(2);
        rig.Queue.Deleted.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Poison_is_told_with_its_reason_the_first_time_as_a_warning_and_then_for_the_record()
    {
        await using var rig = new SqsRig();
        rig.Queue.MaxReceiveCount = 3;
        rig.Queue.Send("""{"thingName":"a","connected":"yes","timestamp":1}""");

        await rig.Start();
        await rig.Until(() => rig.Queue.Waiting is 0, TimeSpan.FromMinutes(1));

        var warning = rig.Log.Warnings.ShouldHaveSingleItem();
        warning.ShouldContain("ConnectedNotBoolean");
        warning.ShouldContain("true or false");
        rig.Log.All.Count(line => line.Contains("ConnectedNotBoolean", StringComparison.Ordinal)).ShouldBe(3);
    }

    [Fact]
    public async Task Poison_that_others_received_first_is_a_warning_too_and_once()
    {
        await using var rig = new SqsRig();
        rig.Queue.MaxReceiveCount = 20;
        rig.Queue.ReceivedBefore = 7;
        rig.Queue.Send("not json");

        await rig.Start();
        await rig.Until(() => rig.Queue.Waiting is 0, TimeSpan.FromMinutes(1));

        rig.Log.Warnings.ShouldHaveSingleItem().ShouldContain("NotJson");
    }

    [Fact]
    public async Task A_good_message_that_SQS_hands_out_again_and_again_is_a_warning_once()
    {
        await using var rig = new SqsRig();
        rig.Queue.MaxReceiveCount = null;
        rig.Queue.DeleteForgets = _ => true;
        rig.Queue.Send(SqsRig.Body("a"));

        await rig.Start();
        await rig.Until(
            () => rig.Log.Warnings.Any(line => line.Contains("again and again", StringComparison.Ordinal)), TimeSpan.FromMinutes(30));
        await rig.Pass(TimeSpan.FromMinutes(10));

        rig.Log.Warnings.Count(line => line.Contains("again and again", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Without_a_redrive_policy_the_start_warns_and_poison_comes_every_15_minutes()
    {
        await using var rig = new SqsRig();
        rig.Queue.MaxReceiveCount = null;
        rig.Queue.Send("not json");

        await rig.Start();
        await rig.Until(() => rig.Queue.Changes.Count is 1, TimeSpan.FromSeconds(5));

        rig.Queue.Changes.ShouldBe([("not json", 900)]);
        rig.Log.Warnings[0].ShouldContain("no redrive policy");
    }

    [Theory]
    [InlineData(true, 1, 1)]
    [InlineData(true, 500, 1)]
    [InlineData(false, 1, 900)]
    [InlineData(null, 20, 1)]
    [InlineData(null, 21, 900)]
    internal void Poison_is_given_back_soon_where_somebody_takes_it_away(bool? exists, int receiveCount, int seconds) =>
        new RedrivePolicy { Exists = exists }.HideRefusedFor(receiveCount).ShouldBe(TimeSpan.FromSeconds(seconds));

    [Fact]
    public async Task Poison_is_no_failure_of_storage()
    {
        await using var rig = new SqsRig();
        rig.Queue.MaxReceiveCount = 3;
        for (var i = 0; i < 50; i++) rig.Queue.Send($"poison {i}");

        await rig.Start();
        await rig.Until(() => rig.Queue.Waiting is 0, TimeSpan.FromMinutes(1));

        rig.Get<StorageGate>().IsPaused.ShouldBeFalse();
        rig.Queue.Dead.Count.ShouldBe(50);
    }
}
