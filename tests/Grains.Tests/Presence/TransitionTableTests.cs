using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Grains.Tests.Presence;

/// <summary>From each status, what each input leads to.</summary>
public sealed class TransitionTableTests
{
    public enum Start
    {
        NeverHeardOf, Connected, Grace, Offline, Muted, Recovering,
    }

    public enum Input
    {
        Connect, Drop, TickEarly, TickDue, VerifierSaysBack, VerifierSaysAway, Accepted,
    }

    [Theory]
    [InlineData(Start.NeverHeardOf, Input.Connect, PresenceStatus.Connected, PresenceReason.FirstConnected)]
    [InlineData(Start.NeverHeardOf, Input.Drop, PresenceStatus.Grace, PresenceReason.GraceStarted)]
    [InlineData(Start.NeverHeardOf, Input.TickEarly, PresenceStatus.Unknown, PresenceReason.NothingToDo)]
    [InlineData(Start.NeverHeardOf, Input.VerifierSaysBack, PresenceStatus.Unknown, PresenceReason.CameBackWhileAsking)]
    [InlineData(Start.Connected, Input.Connect, PresenceStatus.Connected, PresenceReason.Unchanged)]
    [InlineData(Start.Connected, Input.Drop, PresenceStatus.Grace, PresenceReason.GraceStarted)]
    [InlineData(Start.Connected, Input.TickDue, PresenceStatus.Connected, PresenceReason.NothingToDo)]
    [InlineData(Start.Connected, Input.VerifierSaysAway, PresenceStatus.Connected, PresenceReason.CameBackWhileAsking)]
    [InlineData(Start.Connected, Input.Accepted, PresenceStatus.Connected, PresenceReason.DeliveryOfNothingOwed)]
    [InlineData(Start.Grace, Input.Connect, PresenceStatus.Connected, PresenceReason.CameBackInGrace)]
    [InlineData(Start.Grace, Input.Drop, PresenceStatus.Grace, PresenceReason.Unchanged)]
    [InlineData(Start.Grace, Input.TickEarly, PresenceStatus.Grace, PresenceReason.TooEarly)]
    [InlineData(Start.Grace, Input.TickDue, PresenceStatus.Offline, PresenceReason.ToldUnverified)]
    [InlineData(Start.Grace, Input.VerifierSaysBack, PresenceStatus.Grace, PresenceReason.TooEarly)]
    [InlineData(Start.Grace, Input.Accepted, PresenceStatus.Grace, PresenceReason.DeliveryOfNothingOwed)]
    [InlineData(Start.Offline, Input.Connect, PresenceStatus.Recovering, PresenceReason.CameBackTold)]
    [InlineData(Start.Offline, Input.Drop, PresenceStatus.Offline, PresenceReason.Unchanged)]
    [InlineData(Start.Offline, Input.TickDue, PresenceStatus.Offline, PresenceReason.SentAgain)]
    [InlineData(Start.Offline, Input.VerifierSaysBack, PresenceStatus.Recovering, PresenceReason.HealedByVerifier)]
    [InlineData(Start.Offline, Input.VerifierSaysAway, PresenceStatus.Offline, PresenceReason.StillDisconnected)]
    [InlineData(Start.Offline, Input.Accepted, PresenceStatus.Offline, PresenceReason.DeliveryOfNothingOwed)]
    [InlineData(Start.Muted, Input.Connect, PresenceStatus.Connected, PresenceReason.CameBackMuted)]
    [InlineData(Start.Muted, Input.TickDue, PresenceStatus.Offline, PresenceReason.SentAgain)]
    [InlineData(Start.Muted, Input.VerifierSaysBack, PresenceStatus.Connected, PresenceReason.HealedByVerifier)]
    [InlineData(Start.Recovering, Input.Connect, PresenceStatus.Recovering, PresenceReason.Unchanged)]
    [InlineData(Start.Recovering, Input.Drop, PresenceStatus.Offline, PresenceReason.DroppedInHold)]
    [InlineData(Start.Recovering, Input.TickEarly, PresenceStatus.Recovering, PresenceReason.TooEarly)]
    [InlineData(Start.Recovering, Input.TickDue, PresenceStatus.Connected, PresenceReason.SentAgain)]
    [InlineData(Start.Recovering, Input.VerifierSaysAway, PresenceStatus.Recovering, PresenceReason.CameBackWhileAsking)]
    public void Every_status_answers_every_input_in_one_way(Start start, Input input, PresenceStatus status, PresenceReason reason)
    {
        var story = At(start);

        var actual = input switch
        {
            Input.Connect => story.After(TimeSpan.FromSeconds(10)).Timed(connected: true),
            Input.Drop => story.After(TimeSpan.FromSeconds(10)).Timed(connected: false),
            Input.TickEarly => story.After(TimeSpan.FromSeconds(10)).Tick(),
            Input.TickDue => story.After(story.NextLook is { } due && due > story.Now ? due - story.Now : TimeSpan.FromMinutes(1)).Tick(),
            Input.VerifierSaysBack => story.After(TimeSpan.FromSeconds(10)).Verified(VerifierVerdict.Connected, story.Now),
            Input.VerifierSaysAway => story.After(TimeSpan.FromSeconds(10)).Verified(VerifierVerdict.Disconnected, Story.Start),
            _ => story.After(TimeSpan.FromSeconds(10)).Answered(DeliveryOutcome.Accepted, outage: story.State.Outage?.Id ?? "none"),
        };

        story.Status.ShouldBe(status);
        actual.ShouldBe(reason);
    }

    /// <summary>The index of all that is not well: something left to do, and only then, is looked at again.</summary>
    [Theory]
    [InlineData(Start.NeverHeardOf, false)]
    [InlineData(Start.Connected, false)]
    [InlineData(Start.Grace, true)]
    [InlineData(Start.Offline, true)]
    [InlineData(Start.Muted, true)]
    [InlineData(Start.Recovering, true)]
    public void Only_what_is_not_well_is_looked_at_again(Start start, bool looked) => (At(start).NextLook is not null).ShouldBe(looked);

    private static Story At(Start start)
    {
        var story = new Story();
        if (start == Start.NeverHeardOf) return story;
        story.Timed(connected: true);
        story.After(TimeSpan.FromMinutes(10));
        switch (start)
        {
            case Start.Grace:
                story.Timed(connected: false);
                break;
            case Start.Offline:
                story.Told();
                break;
            case Start.Muted:
                story.Policy = story.Policy with { Muted = true };
                story.Timed(connected: false);
                story.After(story.Rules.Policy.Grace).Tick();
                break;
            case Start.Recovering:
                story.Told().After(TimeSpan.FromMinutes(30)).Timed(connected: true);
                break;
        }

        return story;
    }
}
