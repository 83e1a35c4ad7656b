using IoTOrleans.Contracts;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Tests.Presence;

/// <summary>A clock that was ahead, and is put right: by minutes, or by a year.</summary>
public sealed class ClockStepTests
{
    private readonly Story _story = new();

    [Fact]
    public void A_drop_that_was_stored_by_a_clock_that_was_ahead_is_told_after_its_grace_from_now_and_not_later()
    {
        _story.Timed(connected: true);
        _story.Timed(connected: false);
        _story.After(Minutes(-14));
        _story.Crash().Tick().ShouldBe(PresenceReason.TooEarly);
        _story.Last.Persist.ShouldBeTrue("else the deadline would move along with the clock");
        _story.State.Since.ShouldBe(_story.Now);
        _story.NextLook.ShouldBe(_story.Now + _story.Rules.Policy.Grace);
        _story.Crash().After(_story.Rules.Policy.Grace).Tick().ShouldBe(PresenceReason.ToldUnverified);
    }

    [Fact]
    public void After_a_clock_that_was_a_year_ahead_events_are_news_again()
    {
        _story.After(TimeSpan.FromDays(365));
        _story.Timed(connected: true);
        _story.After(TimeSpan.FromDays(-365));
        _story.Crash().Timed(connected: false).ShouldBe(PresenceReason.GraceStarted);
        _story.State.Since!.Value.ShouldBeLessThanOrEqualTo(_story.Now);
        _story.State.LastEventAt!.Value.ShouldBeLessThanOrEqualTo(_story.Now);
        _story.After(_story.Rules.Policy.Grace).Tick().ShouldBe(PresenceReason.ToldUnverified);
    }

    [Fact]
    public void An_outage_that_was_told_a_year_ahead_ends_with_the_next_return()
    {
        _story.After(TimeSpan.FromDays(365));
        _story.Timed(connected: true);
        _story.Told();
        _story.After(TimeSpan.FromDays(-365));
        _story.Crash().Timed(connected: true).ShouldBe(PresenceReason.CameBackTold);
        _story.After(Minutes(1)).Tick();
        _story.Sent.ShouldBe(["device.recovered to mail"]);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(50)]
    [InlineData(14 * 60)]
    public void What_names_no_time_happens_now_also_after_a_clock_that_was_set_back(int seconds)
    {
        _story.Says(connected: true);
        _story.After(Seconds(-seconds));
        _story.Says(connected: false).ShouldBe(PresenceReason.GraceStarted);
        _story.State.Since.ShouldBe(_story.Now);
        _story.After(Seconds(1)).Says(connected: true).ShouldBe(PresenceReason.CameBackInGrace);
        _story.After(Seconds(1)).Says(connected: false).ShouldBe(PresenceReason.GraceStarted);
        _story.After(_story.Rules.Policy.Grace).Tick().ShouldBe(PresenceReason.ToldUnverified);
    }

    [Fact]
    public void It_is_newer_than_what_another_kind_stored_before_the_step()
    {
        _story.Lifecycle(connected: true, number: 1);
        _story.After(Minutes(-10));
        _story.Says(connected: false).ShouldBe(PresenceReason.GraceStarted);
        _story.Says(connected: true).ShouldBe(PresenceReason.CameBackInGrace);
    }

    [Fact]
    public void A_request_that_has_waited_may_have_been_overtaken()
    {
        _story.Says(connected: true);
        _story.After(Seconds(10)).Says(connected: true);
        _story.After(Seconds(1)).Says(connected: false, waited: Seconds(3)).ShouldBe(PresenceReason.OlderEvent);
    }

    /// <summary>An event of another machine's clock, a little ahead of ours, is no clock that was set back.</summary>
    [Fact]
    public void Marks_that_are_minutes_ahead_order_events_as_before()
    {
        _story.Timed(connected: true);
        _story.Timed(connected: false);
        var drop = _story.Now;
        _story.After(Minutes(-4));
        _story.Timed(connected: true, stamp: drop - Minutes(5)).ShouldBe(PresenceReason.OlderEvent);
    }
}
