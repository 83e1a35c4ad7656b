using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Grains.Tests.Presence.Verdicts;

/// <summary>The first event of a shadow comes in after the verifier has told of a later version of it.</summary>
public sealed class ConfirmedVersionTests
{
    private static readonly TimeSpan ShadowIsLate = Minutes(1);

    [Theory]
    [InlineData(1, PresenceReason.OlderEvent)]
    [InlineData(2, PresenceReason.OlderEvent)]
    [InlineData(4, PresenceReason.CameBackTold)]
    public void An_older_return_does_not_end_the_outage(long version, PresenceReason reason)
    {
        var story = Told(out var drop);
        story.Crash().Shadow(true, version, drop + ShadowIsLate).ShouldBe(reason);
    }

    [Fact]
    public void A_shadow_that_was_made_anew_counts_from_one_again()
    {
        var story = Told(out var drop);
        story.After(Minutes(30)).Shadow(true, 1, story.Now).ShouldBe(PresenceReason.CameBackTold);
        story.State.Outage!.BackAt.ShouldBe(story.Now);
        drop.ShouldBeLessThan(story.Now);
    }

    /// <summary>Heard of by lifecycle events alone; the verifier has confirmed the outage with version 3.</summary>
    private static Story Told(out DateTimeOffset drop)
    {
        var story = new Story();
        story.Context = story.Context with { Verifiable = [EventSource.Queue] };
        story.Lifecycle(true, 1);
        story.After(Minutes(10)).Lifecycle(false, 1).ShouldBe(PresenceReason.GraceStarted);
        drop = story.Now;
        story.After(story.Rules.Policy.Grace).Tick().ShouldBe(PresenceReason.AskedVerifier);
        story.Verified(VerifierVerdict.Disconnected, drop, 3).ShouldBe(PresenceReason.ToldConfirmed);
        story.Answered(DeliveryOutcome.Accepted);
        return story;
    }
}
