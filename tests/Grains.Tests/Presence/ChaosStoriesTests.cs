using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Grains.Tests.Presence;

/// <summary>What the chaos run (bench/Chaos) found in the rules, each as the story of one thing.</summary>
public sealed class ChaosStoriesTests
{
    /// <summary>
    /// Two drops, and of both only the first has come in when the shadow is asked; it knows the second. The return in between is late: it
    /// is over by now, and ends nothing.
    /// </summary>
    [Theory]
    [InlineData(30, PresenceReason.VerifierKnowsNewerDisconnect)]
    [InlineData(500, PresenceReason.ToldConfirmed)]
    public void A_return_that_the_shadow_has_left_behind_is_older(double asksAfter, PresenceReason reason)
    {
        var story = new Story { Context = new() { ThingName = "rpi-1", Verifiable = [EventSource.Queue] } };
        story.Shadow(true, 1);
        story.After(Seconds(60)).Shadow(false, 2);
        var back = story.After(Seconds(280)).Now;
        var again = story.After(Seconds(10)).Now;
        story.After(Seconds(asksAfter)).Tick();
        story.Verified(VerifierVerdict.Disconnected, again, version: 4).ShouldBe(reason);
        var outage = story.State.Outage!.Id;

        story.After(Seconds(1)).Shadow(true, 3, back).ShouldBe(PresenceReason.OlderEvent);
        story.After(Seconds(1)).Shadow(false, 4, again).ShouldBe(PresenceReason.Duplicate);
        story.State.Outage.ShouldNotBeNull().Id.ShouldBe(outage);
        story.After(Seconds(60)).Shadow(true, 5);
        story.State.Connected.ShouldBe(true);
    }

    /// <summary>
    /// Two rounds that only the shadow knows of, since the queue is behind: it has given us one window for the first of them, and now
    /// speaks of the next. A shadow that merely repeats "false" looks the same, so there is no third window; but what the queue holds will
    /// tell.
    /// </summary>
    [Fact]
    public void A_second_round_that_the_queue_still_holds_is_waited_for()
    {
        var story = new Story { Context = new() { ThingName = "rpi-1", Verifiable = [EventSource.Queue] } };
        story.Shadow(true, 1);
        story.After(Seconds(60)).Shadow(false, 2);
        var readUntil = story.Now;
        story.Context = story.Context with { Blind = new(Queue: new Watermark(readUntil)) };

        var second = story.After(Seconds(290)).Now;
        story.After(Seconds(10)).Tick();
        story.Verified(VerifierVerdict.Disconnected, second, version: 4).ShouldBe(PresenceReason.VerifierKnowsNewerDisconnect);

        var third = story.After(Seconds(250)).Now;
        story.After(Seconds(40)).Tick();
        story.Verified(VerifierVerdict.Disconnected, third, version: 6).ShouldBe(PresenceReason.HeldBacklog);

        story.Context = story.Context with { Blind = new(Queue: new Watermark(story.Now)) };
        story.After(Seconds(5)).Tick().ShouldBe(PresenceReason.AskedVerifier);
        story.Verified(VerifierVerdict.Disconnected, third, version: 6)
            .ShouldBe(PresenceReason.ToldConfirmed, "it was no round, but a shadow that repeats itself");
    }
}
