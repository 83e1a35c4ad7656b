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

    /// <summary>The return in between got lost, and a re-report overtook the drop that it repeats: the drop still says that it is one.</summary>
    [Fact]
    public void A_second_drop_that_a_re_report_has_overtaken_still_starts_its_own_grace()
    {
        var story = new Story();
        story.Shadow(true, 1);
        var first = story.After(Seconds(60)).Now;
        Dropped(story, 2, first).ShouldBe(PresenceReason.GraceStarted);
        var second = story.After(Seconds(30)).Now;
        story.After(Seconds(20)).Shadow(false, 5, unchanged: true).ShouldBe(PresenceReason.Unchanged);

        Dropped(story, 4, second).ShouldBe(PresenceReason.GraceRestartedByNewerSession);
        story.State.Outage!.Since.ShouldBe(second);
        story.State.Outage.GraceEndsAt.ShouldBe(second + story.Policy.Grace);
        story.State.Suppressed.ShouldBe(1);
        Dropped(story, 4, second).ShouldBe(PresenceReason.OlderEvent, "once");
        Dropped(story, 2, first).ShouldBe(PresenceReason.OlderEvent);
    }

    private static PresenceReason Dropped(Story story, long version, DateTimeOffset at) => story.Change(
        new ConnectionChange(false, ChangeKind.Shadow, EventSource.Queue, at, story.Now) { Number = version, SaysChanged = true });
}
