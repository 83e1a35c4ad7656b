using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Grains.Tests.Presence;

/// <summary>What the model (tests/Grains.Tests/World) found in the rules, each shrunk to the story of one thing.</summary>
public sealed class ModelStoriesTests
{
    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static Story Verifiable() => new() { Policy = new() { ThingName = "rpi-1", Destinations = ["mail"], Verifiable = [EventSource.Queue] } };

    /// <summary>
    /// Its goodbye leaves the shadow at "connected"; that this is older than the last drop is known, although that drop changed nothing.
    /// </summary>
    [Fact]
    public void A_verifier_that_remembers_a_session_whose_end_is_known_brings_nothing_back()
    {
        var story = Verifiable();
        story.Lifecycle(true, 3, "a");
        story.After(Seconds(60)).Lifecycle(false, 3, "a");
        story.After(story.Policy.Grace).Tick();
        story.Verified(VerifierVerdict.Disconnected, story.Now - story.Policy.Grace);
        story.Answered(DeliveryOutcome.Accepted);

        // It was back for half a minute; the connect is late, the disconnect is not.
        var back = story.After(Seconds(60)).Now;
        story.After(Seconds(30)).Lifecycle(false, 4, "b", reason: "CLIENT_INITIATED_DISCONNECT").ShouldBe(PresenceReason.Unchanged);
        story.After(story.Policy.RecheckEvery).Tick();
        story.Verified(VerifierVerdict.Connected, back, version: 9).ShouldBe(PresenceReason.VerifierStale);
        story.Status.ShouldBe(PresenceStatus.Offline);
    }
}
