using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Tests.Presence;

/// <summary>A first verdict waits while the return may be on its way to us (rule 9).</summary>
public sealed class HoldingTests
{
    private readonly Story _story = new();

    [Fact]
    public void While_the_queue_is_not_read_up_to_the_deadline_nobody_is_told()
    {
        Drop();
        _story.After(Seconds(300));
        ReadUntil(_story.Now - Seconds(30));

        _story.Tick().ShouldBe(PresenceReason.HeldBacklog);
        _story.Status.ShouldBe(PresenceStatus.Grace);
        _story.NextLook.ShouldBe(_story.Now + Seconds(5));

        _story.After(Seconds(5));
        ReadUntil(_story.Now - Seconds(10));
        _story.Tick().ShouldBe(PresenceReason.ToldUnverified);
    }

    [Fact]
    public void The_return_that_lay_in_the_queue_ends_it_and_nobody_hears_of_it()
    {
        Drop();
        _story.After(Seconds(300));
        ReadUntil(_story.Now - Seconds(30));
        _story.Tick();

        _story.Timed(connected: true, stamp: _story.Now - Seconds(20), EventSource.Queue).ShouldBe(PresenceReason.CameBackInGrace);
        _story.NextLook.ShouldBeNull();
        _story.Tick().ShouldBe(PresenceReason.NothingToDo);
    }

    [Fact]
    public void Where_the_queue_is_nearly_read_up_to_it_the_next_look_is_near()
    {
        Drop();
        _story.After(Seconds(300));
        ReadUntil(_story.Now - Seconds(6.5));

        _story.Tick().ShouldBe(PresenceReason.HeldBacklog);
        _story.NextLook.ShouldBe(_story.Now + Seconds(1.5));
    }

    [Fact]
    public void An_idle_queue_that_is_read_up_to_the_settle_time_holds_up_nobody()
    {
        Drop();
        _story.After(Seconds(300));
        ReadUntil(_story.Now - _story.Rules.Policy.SettleTime);
        _story.Tick().ShouldBe(PresenceReason.ToldUnverified);
    }

    [Fact]
    public void Not_for_ever()
    {
        Drop();
        _story.After(Seconds(300));
        ReadUntil(null);
        for (var held = 0; held < 600; held += 5)
        {
            _story.Tick().ShouldBe(PresenceReason.HeldBacklog);
            _story.After(Seconds(5));
        }

        _story.Tick().ShouldBe(PresenceReason.ToldUnverified);
    }

    [Fact]
    public void After_an_outage_of_our_own_it_is_held_from_when_we_looked_though_the_deadline_is_hours_ago()
    {
        Drop();
        _story.After(TimeSpan.FromHours(5));
        ReadUntil(_story.Now - TimeSpan.FromHours(1));
        _story.Tick().ShouldBe(PresenceReason.ToldUnverified, "read up to four hours after the deadline");

        var late = new Story();
        late.Timed(connected: true, source: EventSource.Queue);
        late.Timed(connected: false, source: EventSource.Queue);
        late.After(TimeSpan.FromHours(5));
        late.Context = late.Context with { Blind = new(Queue: new Watermark(Story.Start)) };
        late.Tick().ShouldBe(PresenceReason.HeldBacklog);
    }

    /// <summary>Else its grain could leave memory before a deadline that no reminder stands for.</summary>
    [Fact]
    public void What_was_held_of_an_outage_that_is_over_is_not_held_of_the_next()
    {
        _story.Lifecycle(true, 1, "s1");
        _story.Lifecycle(false, 1, "s1");
        _story.After(Seconds(300));
        ReadUntil(null);
        _story.Tick().ShouldBe(PresenceReason.HeldBacklog);
        _story.Lifecycle(false, 3, "s3").ShouldBe(PresenceReason.GraceRestartedByNewerSession);
        _story.State.Memory.HeldSince.ShouldBeNull();
        _story.NextLook.ShouldBe(_story.Now + _story.Rules.Policy.Grace);
    }

    [Fact]
    public void MaxHold_zero_switches_it_off()
    {
        Drop();
        _story.After(Seconds(300));
        ReadUntil(null);
        _story.Context = _story.Context with { MaxHold = TimeSpan.Zero };
        _story.Tick().ShouldBe(PresenceReason.ToldUnverified);
    }

    [Fact]
    public void A_thing_that_another_door_told_us_of_waits_for_no_queue()
    {
        _story.Timed(connected: true);
        _story.Timed(connected: false);
        _story.After(Seconds(300));
        ReadUntil(null);
        _story.Tick().ShouldBe(PresenceReason.ToldUnverified);
    }

    [Theory]
    [InlineData(VerifierVerdict.Disconnected, PresenceReason.ToldConfirmed)]
    [InlineData(VerifierVerdict.Connected, PresenceReason.HealedByVerifier)]
    [InlineData(VerifierVerdict.DoesNotKnow, PresenceReason.HeldBacklog)]
    public void A_verifier_that_answers_ends_it_either_way(VerifierVerdict verdict, PresenceReason reason)
    {
        Drop();
        _story.Context = _story.Context with { Verifiable = [EventSource.Queue] };
        _story.After(Seconds(300));
        ReadUntil(null);
        _story.Tick().ShouldBe(PresenceReason.AskedVerifier);
        _story.Verified(verdict, verdict == VerifierVerdict.DoesNotKnow ? null : _story.Now - Seconds(2)).ShouldBe(reason);
    }

    [Fact]
    public void Where_the_verifier_cannot_be_reached_it_is_asked_again_at_every_look()
    {
        Drop();
        _story.Context = _story.Context with { Verifiable = [EventSource.Queue] };
        _story.After(Seconds(300));
        ReadUntil(null);
        _story.Tick();
        _story.After(Seconds(60)).Tick().ShouldBe(PresenceReason.HeldBacklog);
        _story.AsksVerifier.ShouldBeTrue();
        _story.Verified(VerifierVerdict.Failed).ShouldBe(PresenceReason.HeldBacklog);
        _story.After(Seconds(5)).Tick().ShouldBe(PresenceReason.HeldBacklog);
        _story.AsksVerifier.ShouldBeTrue();
    }

    [Fact]
    public void What_a_dead_silo_had_in_hand_may_be_the_return_of_whoever_was_away_before()
    {
        Drop();
        _story.After(Seconds(300));
        Hidden(before: _story.Now - Seconds(20), until: _story.Now + Seconds(12));
        _story.Tick().ShouldBe(PresenceReason.HeldBacklog);
        _story.After(Seconds(12));
        _story.Tick().ShouldBe(PresenceReason.ToldUnverified);
    }

    [Fact]
    public void It_cannot_be_the_return_from_a_drop_that_came_later()
    {
        _story.Policy = _story.Policy with { Grace = Seconds(10) };
        Drop();
        Hidden(before: _story.Now, until: _story.Now + Seconds(40));
        _story.After(Seconds(10)).Tick().ShouldBe(PresenceReason.ToldUnverified);
    }

    [Fact]
    public void A_second_outage_is_held_for_as_long_as_the_first()
    {
        Drop();
        _story.After(Seconds(300));
        ReadUntil(null);
        for (var held = 0; held < 500; held += 5)
        {
            _story.Tick();
            _story.After(Seconds(5));
        }

        _story.Timed(connected: true, source: EventSource.Queue);
        _story.Timed(connected: false, stamp: _story.Now + Seconds(1), EventSource.Queue);
        _story.After(Seconds(305)).Tick().ShouldBe(PresenceReason.HeldBacklog);
        _story.After(Seconds(595)).Tick().ShouldBe(PresenceReason.HeldBacklog);
    }

    [Theory]
    [InlineData(EventSource.Http)]
    [InlineData(EventSource.Queue)]
    public void A_silo_that_has_just_woken_hears_first_what_waits_at_its_door(EventSource source)
    {
        _story.Timed(connected: true, source: source);
        _story.Timed(connected: false, source: source);
        _story.After(Seconds(330));
        _story.Context = _story.Context with { Blind = new(Stall: new Stall(_story.Now, Seconds(60))) };
        _story.Tick().ShouldBe(PresenceReason.HeldBacklog);
        _story.After(_story.Rules.Policy.SettleTime).Tick().ShouldBe(PresenceReason.ToldUnverified);
    }

    [Fact]
    public void A_thing_of_our_broker_gets_back_the_time_in_which_nobody_could_let_it_in_whatever_the_broker_says()
    {
        _story.Context = _story.Context with { Verifiable = [EventSource.Broker] };
        _story.Broker(connected: true, 1);
        _story.Broker(connected: false, 1);
        _story.After(Seconds(330));
        _story.Context = _story.Context with { Blind = new(Stall: new Stall(_story.Now, Seconds(60))) };
        Ask().ShouldBe(PresenceReason.HeldBacklog);
        _story.After(Seconds(34));
        Ask().ShouldBe(PresenceReason.HeldBacklog);
        _story.After(Seconds(1));
        Ask().ShouldBe(PresenceReason.ToldConfirmed, "300 s of grace, 60 s of pause, 5 s to settle");

        PresenceReason Ask()
        {
            _story.Tick();
            return _story.Verified(VerifierVerdict.Disconnected, _story.Now);
        }
    }

    [Fact]
    public void After_a_night_asleep_it_has_what_was_left_of_its_grace()
    {
        _story.Broker(connected: true, 1);
        _story.Broker(connected: false, 1);
        _story.After(Seconds(60) + TimeSpan.FromHours(8));
        _story.Context = _story.Context with { Blind = new(Stall: new Stall(_story.Now, TimeSpan.FromHours(8))) };
        _story.Tick().ShouldBe(PresenceReason.HeldBacklog);
        _story.After(Seconds(244)).Tick().ShouldBe(PresenceReason.HeldBacklog);
        _story.After(Seconds(1)).Tick().ShouldBe(PresenceReason.ToldUnverified);
    }

    private void Drop()
    {
        _story.Timed(connected: true, source: EventSource.Queue);
        _story.After(Seconds(60));
        _story.Timed(connected: false, source: EventSource.Queue);
    }

    private void ReadUntil(DateTimeOffset? seen) => _story.Context = _story.Context with { Blind = new(Queue: new Watermark(seen)) };

    private void Hidden(DateTimeOffset before, DateTimeOffset until) =>
        _story.Context = _story.Context with { Blind = new(Queue: new Watermark(DateTimeOffset.MaxValue, before, until)) };
}
