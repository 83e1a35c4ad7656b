using IoTOrleans.Contracts;
using static IoTOrleans.Contracts.PresenceStatus;

namespace IoTOrleans.Grains.Tests.Presence;

/// <summary>Rules 1 and 2: the events that AWS may send in any order, twice, late, and with stamps that are two minutes off.</summary>
public sealed class EventOrderTests
{
    [Fact]
    public void A_duplicate_changes_nothing()
    {
        var story = new Story();
        story.Lifecycle(true, 7, "a");
        story.After(Minutes(1)).Lifecycle(false, 7, "a");
        var before = story.State;
        story.Lifecycle(false, 7, "a").ShouldBe(PresenceReason.Duplicate);
        story.Lifecycle(true, 7, "a").ShouldBe(PresenceReason.OlderEvent);
        story.State.ShouldBe(before);
        story.Last.Persist.ShouldBeFalse();
    }

    [Fact]
    public void A_disconnect_of_the_session_before_comes_too_late_to_matter()
    {
        var story = new Story();
        story.Lifecycle(true, 7, "a");
        story.After(Minutes(1)).Lifecycle(true, 8, "b");
        story.Lifecycle(false, 7, "a").ShouldBe(PresenceReason.OlderEvent);
        story.Status.ShouldBe(Connected);
    }

    [Fact]
    public void The_mark_of_a_newer_session_is_stored_at_once_so_that_no_crash_makes_the_late_disconnect_news()
    {
        var story = new Story();
        story.Lifecycle(true, 7, "a");
        story.After(Minutes(1)).Lifecycle(true, 8, "b");
        story.Last.Persist.ShouldBeTrue();
        story.Crash().Lifecycle(false, 7, "a").ShouldBe(PresenceReason.OlderEvent);
    }

    [Fact]
    public void A_stable_thing_that_keeps_number_0_is_heard_again_after_hours()
    {
        var story = new Story();
        story.Lifecycle(true, 0, "a");
        story.After(Minutes(1)).Lifecycle(false, 0, "a");
        story.After(Minutes(5)).Tick();
        story.After(TimeSpan.FromHours(3)).Lifecycle(true, 0, "b").ShouldBe(PresenceReason.CameBackTold);
    }

    [Fact]
    public void A_stable_thing_without_session_identifiers_is_heard_again_after_hours()
    {
        var story = new Story();
        story.Lifecycle(true, 0);
        story.After(Minutes(1)).Lifecycle(false, 0);
        story.After(TimeSpan.FromHours(3)).Lifecycle(true, 0).ShouldBe(PresenceReason.CameBackInGrace);
    }

    [Fact]
    public void After_a_reset_the_disconnect_may_come_first_and_still_counts()
    {
        var story = new Story();
        story.Lifecycle(true, 7, "a");
        story.After(Minutes(1)).Lifecycle(false, 7, "a");
        story.After(Minutes(5)).Tick();
        story.After(TimeSpan.FromHours(3)).Lifecycle(false, 0, "b").ShouldBe(PresenceReason.Unchanged);
        story.Lifecycle(true, 0, "b").ShouldBe(PresenceReason.OlderEvent);
        story.Status.ShouldBe(Offline);
    }

    [Fact]
    public void A_lost_disconnect_does_not_lock_out_the_next_numbering()
    {
        var story = new Story();
        story.Lifecycle(true, 7, "a");
        story.After(TimeSpan.FromDays(1)).Lifecycle(true, 0, "b");
        story.After(Minutes(1)).Lifecycle(false, 0, "b").ShouldBe(PresenceReason.GraceStarted);
    }

    [Fact]
    public void A_late_disconnect_of_the_numbering_before_is_no_news()
    {
        var story = new Story();
        story.Lifecycle(true, 7, "a");
        story.After(TimeSpan.FromHours(2)).Lifecycle(true, 0, "b");
        story.After(Minutes(5)).Lifecycle(false, 7, "a", stampedEarlier: Minutes(125)).ShouldBe(PresenceReason.OlderNumbering);
        story.Status.ShouldBe(Connected);
    }

    [Fact]
    public void The_end_of_a_replaced_session_never_starts_an_outage()
    {
        var story = new Story();
        story.Lifecycle(true, 7, "a");
        story.After(Minutes(1)).Lifecycle(false, 7, "a", reason: "DUPLICATE_CLIENTID").ShouldBe(PresenceReason.Unchanged);
        story.Status.ShouldBe(Connected);
        story.Lifecycle(true, 8, "b");
        story.After(Minutes(1)).Lifecycle(false, 8, "b").ShouldBe(PresenceReason.GraceStarted);
    }

    [Fact]
    public void The_end_of_a_replaced_session_proves_that_the_thing_is_back()
    {
        var story = new Story();
        story.Lifecycle(true, 7, "a");
        story.After(Minutes(1)).Lifecycle(false, 7, "a");
        story.After(Minutes(1)).Lifecycle(false, 8, "b", reason: "DUPLICATE_CLIENTID").ShouldBe(PresenceReason.TakenOverByNewSession);
        story.Status.ShouldBe(Connected);
        story.State.Suppressed.ShouldBe(1);
    }

    [Fact]
    public void A_flap_whose_events_are_swapped_gets_a_whole_grace_from_its_last_drop()
    {
        var story = new Story();
        story.Lifecycle(true, 7, "a");
        story.Lifecycle(false, 7, "a");
        var first = story.State.Outage!.Id;
        story.After(Seconds(290)).Lifecycle(false, 8, "b").ShouldBe(PresenceReason.GraceRestartedByNewerSession);
        story.Lifecycle(true, 8, "b").ShouldBe(PresenceReason.OlderEvent);
        story.State.Outage!.GraceEndsAt.ShouldBe(story.Now + story.Rules.Policy.Grace);
        story.State.Outage.Id.ShouldNotBe(first);
        story.State.Suppressed.ShouldBe(1);
    }

    [Fact]
    public void A_repeated_disconnect_of_the_same_session_does_not_restart_the_clock()
    {
        var story = new Story();
        story.Lifecycle(true, 7, "a");
        story.Lifecycle(false, 7, "a");
        var endsAt = story.State.Outage!.GraceEndsAt;
        story.After(Minutes(2)).Lifecycle(false, 7, "a");
        story.State.Outage!.GraceEndsAt.ShouldBe(endsAt);
    }

    [Theory]
    [InlineData(110)]
    [InlineData(-110)]
    public void A_lifecycle_stamp_two_minutes_off_does_not_move_the_clock(double stampedEarlier)
    {
        var story = new Story();
        story.Lifecycle(true, 7, "a");
        story.After(Minutes(10)).Lifecycle(false, 7, "a", stampedEarlier: Seconds(stampedEarlier));
        story.State.Outage!.GraceEndsAt.ShouldBe(story.Now + story.Rules.Policy.Grace);
    }

    [Fact]
    public void A_stamp_ahead_of_our_clock_is_no_reason_to_distrust_what_comes_after_it()
    {
        var story = new Story();
        story.Timed(true, story.Now + Minutes(9));
        story.After(Minutes(1)).Timed(false).ShouldBe(PresenceReason.GraceStarted);
    }

    /// <summary>Just before the end of the second in which both happen.</summary>
    private static Story AtTheEndOfASecond()
    {
        var story = new Story();
        story.Timed(true);
        story.After(Minutes(10) + Seconds(0.9));
        return story;
    }

    private static readonly DateTimeOffset Whole = Story.Start.AddMinutes(10);

    private static readonly DateTimeOffset Fine = Whole.AddMilliseconds(700);

    [Fact]
    public void A_drop_in_milliseconds_and_a_return_with_the_same_whole_second_are_taken_as_they_come()
    {
        var story = AtTheEndOfASecond();
        story.Timed(false, Fine).ShouldBe(PresenceReason.GraceStarted);
        story.Timed(true, Whole).ShouldBe(PresenceReason.CameBackInGrace);
        story.State.Since.ShouldBe(Fine, "it cannot have come back before it went");

        story.Crash();
        story.Timed(false, Fine).ShouldBe(PresenceReason.Duplicate);
        story.Timed(true, Whole).ShouldBe(PresenceReason.Duplicate);
        story.Status.ShouldBe(Connected);
        story.After(Seconds(1)).Timed(false).ShouldBe(PresenceReason.GraceStarted);
    }

    [Fact]
    public void A_return_in_milliseconds_and_a_drop_with_the_same_whole_second_are_taken_as_they_come()
    {
        var story = AtTheEndOfASecond();
        story.Timed(false, Story.Start + Minutes(9));
        story.Timed(true, Fine).ShouldBe(PresenceReason.CameBackInGrace);
        story.Timed(false, Whole).ShouldBe(PresenceReason.GraceStarted);

        story.Crash();
        story.Timed(true, Fine).ShouldBe(PresenceReason.Duplicate);
        story.Timed(false, Whole).ShouldBe(PresenceReason.Duplicate);
        story.Status.ShouldBe(Grace);
    }

    [Fact]
    public void Where_the_whole_second_comes_first_a_duplicate_of_it_undoes_nothing()
    {
        var story = AtTheEndOfASecond();
        story.Timed(false, Story.Start + Minutes(9));
        story.Timed(true, Whole).ShouldBe(PresenceReason.CameBackInGrace);
        story.Timed(false, Fine).ShouldBe(PresenceReason.GraceStarted);

        story.Crash();
        story.Timed(true, Whole).ShouldBe(PresenceReason.Duplicate);
        story.Timed(false, Fine).ShouldBe(PresenceReason.Duplicate);
        story.Status.ShouldBe(Grace);
    }

    [Fact]
    public void Milliseconds_are_compared_with_milliseconds_and_other_seconds_with_each_other()
    {
        var story = AtTheEndOfASecond();
        story.Timed(false, Fine).ShouldBe(PresenceReason.GraceStarted);
        story.Timed(true, Fine - Seconds(0.4)).ShouldBe(PresenceReason.OlderEvent);
        story.Timed(true, Whole - Seconds(1)).ShouldBe(PresenceReason.OlderEvent);
        story.Lifecycle(true, null, stampedEarlier: story.Now - Whole)
            .ShouldBe(PresenceReason.OlderEvent, "its stamp is in milliseconds, also where it ends in zeros");
        story.Timed(true, Fine + Seconds(0.1)).ShouldBe(PresenceReason.CameBackInGrace);
    }

    [Fact]
    public void Across_kinds_a_whole_second_is_a_draw_with_what_happened_within_it()
    {
        var story = AtTheEndOfASecond();
        story.Broker(true, 1);
        story.Broker(false, 1).ShouldBe(PresenceReason.GraceStarted);
        story.Timed(true, Whole).ShouldBe(PresenceReason.CameBackInGrace);
    }

    [Fact]
    public void An_event_that_arrives_late_is_told_no_sooner_than_the_settle_time_after_its_arrival()
    {
        var story = new Story();
        story.Timed(true);
        story.After(TimeSpan.FromHours(1)).Timed(false, story.Now - Minutes(30));
        story.State.Outage!.GraceEndsAt.ShouldBe(story.Now + story.Rules.Policy.SettleTime);
        story.State.Since.ShouldBe(story.Now - Minutes(30));
    }

    [Fact]
    public void Shadow_versions_decide_even_when_the_stamps_are_equal()
    {
        var story = new Story();
        story.Shadow(true, 41);
        story.Shadow(false, 42).ShouldBe(PresenceReason.GraceStarted);
        story.Shadow(true, 41).ShouldBe(PresenceReason.OlderEvent);
        story.Shadow(false, 42).ShouldBe(PresenceReason.Duplicate);
    }

    [Fact]
    public void A_shadow_made_anew_starts_counting_anew_and_its_predecessor_stays_dead()
    {
        var story = new Story();
        story.Shadow(true, 500);
        story.After(Seconds(100)).Shadow(true, 1).ShouldBe(PresenceReason.Unchanged);
        story.Shadow(false, 501, story.Now - Seconds(90)).ShouldBe(PresenceReason.OlderEvent);
        story.Status.ShouldBe(Connected);
    }

    [Fact]
    public void Telemetry_in_the_shadow_costs_no_write()
    {
        var story = new Story();
        story.Shadow(true, 1);
        for (var version = 2; version < 20; version++)
        {
            story.After(Seconds(10)).Shadow(true, version, Story.Start, unchanged: true).ShouldBe(PresenceReason.Unchanged);
            story.Last.Persist.ShouldBeFalse();
        }
    }

    [Fact]
    public void A_gap_in_the_versions_is_stored_since_the_missing_one_may_still_come()
    {
        var story = new Story();
        story.Shadow(true, 5);
        story.After(Seconds(1)).Shadow(true, 7);
        story.Last.Persist.ShouldBeTrue();
        story.Crash().Shadow(false, 6).ShouldBe(PresenceReason.OlderEvent);
    }

    [Fact]
    public void A_document_in_which_nothing_changed_is_no_news_of_a_stranger()
    {
        var story = new Story();
        story.Shadow(true, 5, unchanged: true).ShouldBe(PresenceReason.Unchanged);
        story.State.ShouldBe(new DeviceState());
    }

    [Fact]
    public void A_document_in_which_nothing_changed_still_shows_that_a_disconnect_was_lost()
    {
        var story = new Story();
        story.Shadow(true, 5);
        story.After(Minutes(1)).Shadow(false, 8, unchanged: true).ShouldBe(PresenceReason.GraceStarted);
    }

    [Fact]
    public void Each_named_shadow_counts_its_own_versions()
    {
        var story = new Story();
        story.Shadow(true, 500);
        story.After(Minutes(1)).Shadow(false, 3, name: "power").ShouldBe(PresenceReason.GraceStarted);
    }

    [Fact]
    public void Within_one_second_a_change_of_state_is_no_duplicate()
    {
        var story = new Story();
        story.Timed(true);
        story.Timed(false).ShouldBe(PresenceReason.GraceStarted);
        story.Timed(false).ShouldBe(PresenceReason.Duplicate);
    }

    [Fact]
    public void Across_kinds_the_later_one_counts()
    {
        var story = new Story();
        story.Shadow(true, 5);
        story.After(Minutes(10)).Timed(false).ShouldBe(PresenceReason.GraceStarted);
        story.Shadow(true, 6, story.Now - Minutes(5)).ShouldBe(PresenceReason.OverruledByOtherKind);
        story.Status.ShouldBe(Grace);
        story.After(Minutes(1)).Shadow(true, 7).ShouldBe(PresenceReason.CameBackInGrace);
    }

    /// <summary>A takeover fires the Last Will of the old session after the new one has begun.</summary>
    [Fact]
    public void A_last_will_in_the_shadow_does_not_overrule_the_session_that_has_just_begun()
    {
        var story = new Story();
        story.Lifecycle(true, 7, "a");
        story.After(Minutes(30)).Lifecycle(true, 8, "b");
        story.After(Seconds(5)).Shadow(false, 42).ShouldBe(PresenceReason.OverruledByOtherKind);
        story.Status.ShouldBe(Connected);
    }

    /// <summary>"connected stands" within two minutes would swallow the drop of a thing that dies right after its boot report.</summary>
    [Fact]
    public void A_lifecycle_disconnect_right_after_a_shadow_report_is_no_doubtful_one()
    {
        var story = new Story();
        story.Lifecycle(true, 7, "a");
        story.After(Seconds(5)).Shadow(true, 42);
        story.After(Seconds(60)).Lifecycle(false, 7, "a").ShouldBe(PresenceReason.GraceStarted);
    }

    [Fact]
    public void A_broker_disconnect_ends_only_the_connection_it_names()
    {
        var story = new Story();
        story.Broker(true, 1);
        story.Broker(true, 2);
        story.Broker(false, 1).ShouldBe(PresenceReason.OlderEvent);
        story.Broker(false, 2).ShouldBe(PresenceReason.GraceStarted);
        story.Broker(true, 1, start: 2).ShouldBe(PresenceReason.CameBackInGrace);
    }

    [Fact]
    public void Stamps_finer_than_a_millisecond_do_not_look_newer_than_themselves_after_a_restart()
    {
        var story = new Story();
        var stamp = story.Now.AddTicks(12_345);
        story.After(Seconds(1)).Timed(false, stamp);
        story.After(Seconds(1)).Timed(true);
        story.Crash().Timed(false, stamp).ShouldBe(PresenceReason.OlderEvent);
    }
}
