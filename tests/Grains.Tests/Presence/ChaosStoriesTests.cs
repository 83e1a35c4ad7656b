using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Grains.Tests.Presence;

/// <summary>What the chaos run (bench/Chaos) found in the rules, each as the story of one thing.</summary>
public sealed class ChaosStoriesTests
{
    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    /// <summary>
    /// Two drops, and of both only the first has come in when the shadow is asked; it knows the second. The return in between is late: it is over by now,
    /// and ends nothing.
    /// </summary>
    [Theory]
    [InlineData(30, PresenceReason.VerifierKnowsNewerDisconnect)]
    [InlineData(500, PresenceReason.ToldConfirmed)]
    public void A_return_that_the_shadow_has_left_behind_is_older(double asksAfter, PresenceReason reason)
    {
        var story = new Story { Policy = new() { ThingName = "rpi-1", Destinations = ["mail"], Verifiable = [EventSource.Queue] } };
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
}
