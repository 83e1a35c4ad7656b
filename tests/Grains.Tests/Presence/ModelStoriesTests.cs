using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Grains.Tests.Presence;

/// <summary>What the model (tests/Grains.Tests/World) found in the rules, each shrunk to the story of one thing.</summary>
public sealed class ModelStoriesTests
{
    private static Story Verifiable() => new() { Context = new() { ThingName = "rpi-1", Verifiable = [EventSource.Queue] } };

    /// <summary>
    /// Its goodbye leaves the shadow at "connected"; that this is older than the last drop is known, although that drop changed nothing.
    /// </summary>
    [Fact]
    public void A_verifier_that_remembers_a_session_whose_end_is_known_brings_nothing_back()
    {
        var story = Verifiable();
        story.Lifecycle(true, 3, "a");
        story.After(Seconds(60)).Lifecycle(false, 3, "a");
        story.After(story.Rules.Policy.Grace).Tick();
        story.Verified(VerifierVerdict.Disconnected, story.Now - story.Rules.Policy.Grace);
        story.Answered(DeliveryOutcome.Accepted);

        // It was back for half a minute; the connect is late, the disconnect is not.
        var back = story.After(Seconds(60)).Now;
        story.After(Seconds(30)).Lifecycle(false, 4, "b", reason: "CLIENT_INITIATED_DISCONNECT").ShouldBe(PresenceReason.Unchanged);
        story.After(story.Rules.Policy.RecheckEvery).Tick();
        story.Verified(VerifierVerdict.Connected, back, version: 9).ShouldBe(PresenceReason.VerifierStale);
        story.Status.ShouldBe(PresenceStatus.Offline);
    }

    /// <summary>
    /// A silo had slept with the return in hand; another one took the repeated "false" and the return as older. When the first woke up it
    /// wrote the return, and nobody knew of the drop any more.
    /// </summary>
    [Fact]
    public void A_repeated_false_that_skips_versions_is_stored()
    {
        var story = new Story();
        story.Shadow(true, 1);
        story.After(Seconds(60)).Shadow(false, 2).ShouldBe(PresenceReason.GraceStarted);
        story.After(Seconds(20)).Shadow(false, 3, unchanged: true).ShouldBe(PresenceReason.Unchanged);
        story.Last.Persist.ShouldBeFalse("nothing lies between 2 and 3");
        story.After(Seconds(20)).Shadow(false, 6, unchanged: true).ShouldBe(PresenceReason.Unchanged);
        story.Last.Persist.ShouldBeTrue();
    }

    /// <summary>Counted twice, six drops were three, and people were told of a flapping that was none.</summary>
    [Fact]
    public void A_second_drop_that_both_kinds_report_is_one_drop()
    {
        var story = new Story();
        story.Lifecycle(true, 0, "a");
        story.Shadow(true, 1);
        story.After(Seconds(180)).Lifecycle(false, 0, "a").ShouldBe(PresenceReason.GraceStarted);
        Dropped(story, 2, story.Now).ShouldBe(PresenceReason.Unchanged);

        // Its return is lost, by both ways.
        var second = story.After(Seconds(120)).Now;
        story.Lifecycle(false, 1, "b").ShouldBe(PresenceReason.GraceRestartedByNewerSession);
        Dropped(story, 4, second).ShouldBe(PresenceReason.Unchanged);
        story.State.Suppressed.ShouldBe(1);
        story.NextLook.ShouldBe(second + story.Rules.Policy.Grace);

        // The one after that again, and only the shadow tells.
        var third = story.After(Seconds(150)).Now;
        Dropped(story, 6, third).ShouldBe(PresenceReason.GraceRestartedByNewerSession);
    }

    /// <summary>
    /// The return in between got lost, and a re-report overtook the drop that it repeats: the drop still says that it is one.
    /// </summary>
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
        story.State.Outage.GraceEndsAt.ShouldBe(second + story.Rules.Policy.Grace);
        story.State.Suppressed.ShouldBe(1);
        Dropped(story, 4, second).ShouldBe(PresenceReason.OlderEvent, "once");
        Dropped(story, 2, first).ShouldBe(PresenceReason.OlderEvent);
    }

    private static PresenceReason Dropped(Story story, long version, DateTimeOffset at) => story.Change(
        new ConnectionChange(false, ChangeKind.Shadow, EventSource.Queue, at, story.Now) { Number = version, SaysChanged = true });
}
