using IoTOrleans.Contracts;
using IoTOrleans.Grains.Tests.Presence;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Tests.Policies;

/// <summary>A policy that is set for one thing while it is being watched.</summary>
public sealed class OverrideTests
{
    private static readonly EventSource[] Queue = [EventSource.Queue];

    private static PolicySettings Grace(double minutes) => new() { Grace = Minutes(minutes) };

    [Theory]
    [InlineData(20, 20)]
    [InlineData(4, 4)]
    [InlineData(3, 3)]
    [InlineData(1, 1)]
    public void The_deadline_of_a_running_grace_moves_at_once(double grace, double deadline)
    {
        var story = new Story();
        story.Timed(false);
        story.After(Minutes(3)).Set(Grace(grace)).ShouldBe(PresenceReason.PolicySet);
        story.Last.Persist.ShouldBeTrue();
        story.NextLook.ShouldBe(Story.Start + Minutes(deadline));
        story.Sent.ShouldBeEmpty("what is due is looked at by a tick, as always");
        story.Crash().NextLook.ShouldBe(Story.Start + Minutes(deadline));
    }

    [Fact]
    public void One_shorter_than_what_has_passed_is_due_now_and_the_verifier_is_asked_as_always()
    {
        var story = new Story();
        story.Context = story.Context with { Verifiable = Queue };
        story.Shadow(false, 11);
        story.After(Minutes(3)).Set(Grace(1));
        story.Tick().ShouldBe(PresenceReason.AskedVerifier);
        story.Verified(VerifierVerdict.Connected, story.Now, version: 12).ShouldBe(PresenceReason.HealedByVerifier);
        story.Sent.ShouldBeEmpty();
    }

    [Fact]
    public void A_longer_one_that_comes_while_the_verifier_is_asked_holds_the_verdict()
    {
        var story = new Story();
        story.Context = story.Context with { Verifiable = Queue };
        story.Shadow(false, 11);
        story.After(Minutes(5)).Tick().ShouldBe(PresenceReason.AskedVerifier);
        story.Set(Grace(60));
        story.NextLook.ShouldBe(Story.Start + Minutes(60));
        story.Verified(VerifierVerdict.Disconnected, Story.Start).ShouldBe(PresenceReason.TooEarly);
        story.After(Minutes(55)).Tick().ShouldBe(PresenceReason.AskedVerifier);
        story.Verified(VerifierVerdict.Disconnected, Story.Start).ShouldBe(PresenceReason.ToldConfirmed);
    }

    [Fact]
    public void Taking_it_back_moves_the_deadline_back()
    {
        var story = new Story();
        story.Set(Grace(60));
        story.Timed(false);
        story.After(Minutes(10)).Set(null);
        story.State.Override.ShouldBeNull();
        story.NextLook.ShouldBe(Story.Start + Minutes(5));
        story.Tick();
        story.Sent.ShouldBe(["device.offline to mail"]);
    }

    [Fact]
    public void What_has_been_told_stays_told()
    {
        var story = new Story().Told();
        story.After(Minutes(1)).Set(Grace(600));
        story.Status.ShouldBe(PresenceStatus.Offline);
        story.After(Minutes(1)).Timed(true);
        story.After(Minutes(1)).Tick();
        story.Sent.ShouldBe(["device.recovered to mail"]);
    }

    [Fact]
    public void A_mute_that_is_lifted_while_it_is_offline_tells_with_the_true_time()
    {
        var story = new Story();
        story.Set(new() { Muted = true });
        story.Timed(false);
        story.After(Minutes(5)).Tick().ShouldBe(PresenceReason.MutedAtDeadline);
        story.After(Minutes(60)).Set(new() { Muted = false });
        story.NextLook!.Value.ShouldBeLessThanOrEqualTo(story.Now);
        story.Tick();
        story.Sends.Single().Notification.Since.ShouldBe(Story.Start);
        story.Sends.Single().Notification.PolicyMatch.ShouldBe("override");
    }

    [Fact]
    public void A_mute_that_comes_within_the_grace_keeps_it_quiet()
    {
        var story = new Story();
        story.Timed(false);
        story.After(Minutes(1)).Set(new() { Muted = true });
        story.After(Minutes(4)).Tick().ShouldBe(PresenceReason.MutedAtDeadline);
        story.Sent.ShouldBeEmpty();
    }

    [Fact]
    public void A_running_hold_follows_too_and_one_that_has_passed_is_told_at_once()
    {
        var story = new Story().Told();
        var back = story.After(Minutes(10)).Now;
        story.Timed(true);
        story.After(TimeSpan.FromSeconds(30)).Set(new() { RecoveryHold = Minutes(10) });
        story.NextLook.ShouldBe(back + Minutes(10));
        story.After(Minutes(2)).Set(new() { RecoveryHold = Minutes(2) });
        story.Sent.ShouldBe(["device.recovered to mail"]);
        story.Status.ShouldBe(PresenceStatus.Connected);
    }

    [Fact]
    public void Rechecks_follow()
    {
        var story = new Story();
        story.Context = story.Context with { Verifiable = Queue };
        story.Shadow(false, 11);
        story.After(Minutes(5)).Tick();
        story.Verified(VerifierVerdict.Disconnected, Story.Start);
        story.Answered(DeliveryOutcome.Accepted);
        story.Set(new() { RecheckEvery = Minutes(2) });
        story.NextLook.ShouldBe(story.Now + Minutes(2));
    }

    [Fact]
    public void Only_whom_it_names_is_told_and_one_that_is_gone_from_the_settings_silences_nothing()
    {
        var story = new Story();
        (story.Context, story.Policy) = (story.Context with { Known = ["mail", "hook"] }, story.Policy with { Notify = ["mail", "hook"] });
        story.Set(new() { Notify = ["hook"] });
        story.Timed(false);
        story.After(Minutes(5)).Tick();
        story.Sent.ShouldBe(["device.offline to hook"]);

        (story.Context, story.Policy) = (story.Context with { Known = ["mail"] }, story.Policy with { Notify = ["mail"] });
        story.Rules.With(story.State.Override).Policy.Notify.ShouldBe(["mail"]);
    }

    [Fact]
    public void Switching_flapping_off_drops_what_is_owed_of_it()
    {
        var story = new Story();
        story.Timed(true);
        for (var i = 0; i < 6; i++)
        {
            story.After(Minutes(1)).Timed(false);
            story.After(Minutes(1)).Timed(true);
        }

        story.State.Flapping.Count.ShouldBe(1);
        story.Set(new() { NotifyFlapping = false });
        story.Sent.ShouldBeEmpty();
        story.State.Flapping.ShouldBeEmpty();
        story.NextLook.ShouldBeNull();
    }

    [Fact]
    public void What_is_not_set_stays_as_in_the_settings()
    {
        var settings = new RuleContext
        {
            ThingName = "rpi-1", Match = "rpi-*", Settings = new() { Grace = Minutes(7), Notify = ["mail"], RecoveryHold = Minutes(3) },
        }.With(null);
        var set = settings.With(new() { Grace = Minutes(9) });
        set.Policy.ShouldBe(settings.Policy with { Grace = Minutes(9), Source = "override", Overridden = set.Policy.Overridden });
        set.Policy.Overridden.ShouldBe(["grace"]);
        set.ShouldBe(settings with { Override = set.Override, Policy = set.Policy });
        settings.With(null).ShouldBeSameAs(settings);
    }
}
