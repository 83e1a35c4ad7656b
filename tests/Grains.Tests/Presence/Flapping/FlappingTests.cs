using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Tests.Presence;

/// <summary>A thing that comes and goes within its grace is told of once, and once that it is steady.</summary>
public sealed class FlappingTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private static void Blip(Story story, TimeSpan every)
    {
        story.Timed(false);
        story.After(TimeSpan.FromSeconds(10)).Timed(true);
        if (every > TimeSpan.FromSeconds(10)) story.After(every - TimeSpan.FromSeconds(10));
    }

    private static Story Flaps(int drops = 6, double every = 1, Action<Story>? prepare = null)
    {
        var story = new Story();
        prepare?.Invoke(story);
        story.Timed(true);
        story.After(Minutes(1));
        for (var i = 1; i <= drops; i++) Blip(story, i < drops ? Minutes(every) : TimeSpan.Zero);
        return story;
    }

    [Fact]
    public void The_sixth_return_within_half_an_hour_is_told_with_the_time_of_the_first_drop()
    {
        var story = Flaps(5);
        story.Sent.ShouldBeEmpty();
        story.After(Minutes(1));
        Blip(story, TimeSpan.Zero);
        story.Last.Persist.ShouldBeTrue("mark, then send");
        story.Sent.ShouldBe(["device.flapping to mail"]);
        var notification = story.Sends.Single().Notification;
        (notification.Since, notification.DetectedAt, notification.Drops, notification.RecoveredAt)
            .ShouldBe((Story.Start + Minutes(1), story.Now, 6, null));
        story.Status.ShouldBe(PresenceStatus.Connected);
        story.State.Ring[^1].Reason.ShouldBe(PresenceReason.FlappingBegan);
    }

    [Theory]
    [InlineData(6, 5.9, true)]
    [InlineData(6, 6, false)]
    [InlineData(5, 1, false)]
    [InlineData(12, 6.1, false)]
    public void Only_six_within_half_an_hour_are_flapping(int drops, double every, bool flapping) =>
        (Flaps(drops, every).State.Flapping.Count > 0).ShouldBe(flapping);

    [Fact]
    public void Further_drops_are_counted_and_told_no_more()
    {
        var story = Flaps();
        story.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceFlapping, outage: Id(story));
        for (var i = 0; i < 20; i++)
        {
            story.After(Minutes(2));
            Blip(story, TimeSpan.Zero);
            story.Sent.ShouldBeEmpty();
        }

        story.State.Flapping.Single().Drops.ShouldBe(26);
        story.NextLook.ShouldBe(story.Now + Hour);
    }

    [Fact]
    public void After_an_hour_of_calm_it_is_told_as_steady_and_then_nothing_is_left()
    {
        var story = Flaps();
        var (id, back) = (Id(story), story.Now);
        story.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceFlapping, outage: id);
        story.NextLook.ShouldBe(back + Hour);
        story.After(Hour - Minutes(1)).Tick().ShouldBe(PresenceReason.NothingToDo);
        story.Sent.ShouldBeEmpty();
        story.After(Minutes(1)).Tick().ShouldBe(PresenceReason.FlappingEnded);
        story.Last.Persist.ShouldBeTrue();
        story.Sent.ShouldBe(["device.steady to mail"]);
        var notification = story.Sends.Single().Notification;
        (notification.OutageId, notification.RecoveredAt, notification.Duration).ShouldBe((id, back, back - (Story.Start + Minutes(1))));
        story.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceSteady, outage: id).ShouldBe(PresenceReason.Delivered);
        story.State.Flapping.ShouldBeEmpty();
        story.NextLook.ShouldBeNull();
        story.State.Sent.ShouldBe(2);
    }

    [Fact]
    public void A_drop_begins_the_hour_anew_and_while_it_is_away_there_is_no_calm()
    {
        var story = Flaps(prepare: s => s.Policy = s.Policy with { Grace = TimeSpan.FromHours(4) });
        story.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceFlapping, outage: Id(story));
        story.After(Minutes(59)).Timed(false);
        story.NextLook.ShouldBe(story.Now + TimeSpan.FromHours(4));
        story.After(TimeSpan.FromHours(2)).Tick();
        story.Sent.ShouldBeEmpty();
        story.After(TimeSpan.FromHours(1)).Timed(true);
        story.NextLook.ShouldBe(story.Now + Hour);
    }

    [Fact]
    public void An_outage_that_outlasts_its_grace_while_it_flaps_is_told_as_always()
    {
        var story = Flaps();
        story.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceFlapping, outage: Id(story));
        story.After(Minutes(2)).Timed(false);
        story.After(Minutes(5)).Tick();
        story.Sent.ShouldBe(["device.offline to mail"]);
        story.Answered(DeliveryOutcome.Accepted);
        story.After(Minutes(5)).Timed(true);
        story.After(Minutes(16)).Tick();
        story.Sent.ShouldBe(["device.recovered to mail"]);
    }

    [Fact]
    public void One_that_outlasts_its_grace_begins_the_count_anew()
    {
        var story = Flaps(5);
        story.After(Minutes(1)).Told().After(Minutes(1)).Timed(true);
        story.After(Minutes(16)).Tick();
        story.State.Unrest!.Drops.ShouldBeEmpty();
        Blip(story, TimeSpan.Zero);
        story.State.Flapping.ShouldBeEmpty();
    }

    [Fact]
    public void One_that_nobody_looked_at_in_time_has_outlasted_its_grace_too()
    {
        var story = Flaps(5);
        story.After(Minutes(1)).Timed(false);
        story.After(Minutes(7)).Timed(true).ShouldBe(PresenceReason.CameBackInGrace);
        story.State.Unrest!.Drops.ShouldBeEmpty();
    }

    [Fact]
    public void Steady_is_owed_only_to_those_who_heard_of_the_flapping()
    {
        var story = Flaps(prepare: s => s.Policy = s.Policy with { Notify = ["mail", "hook"] });
        var id = Id(story);
        story.Sent.ShouldBe(["device.flapping to mail", "device.flapping to hook"], ignoreOrder: true);
        story.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceFlapping, outage: id);
        story.Answered(DeliveryOutcome.Failed, NotificationEvent.DeviceFlapping, "hook", id);
        story.Crash().After(Hour).Tick();
        story.Sent.ShouldBe(["device.steady to mail", "device.flapping to hook"], ignoreOrder: true);
        story.Sends.Single(send => send.Destination == "hook").Notification.RecoveredAt.ShouldNotBeNull("it comes late, and says so");
        story.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceFlapping, "hook", id);
        story.Sent.ShouldContain("device.steady to hook");
    }

    [Fact]
    public void A_destination_that_refuses_is_given_up_after_a_day_and_keeps_nothing_alive()
    {
        var story = Flaps();
        var id = Id(story);
        for (var i = 0; i < 40; i++)
        {
            if (story.Answered(DeliveryOutcome.Refused, NotificationEvent.DeviceFlapping, outage: id) == PresenceReason.DeliveryGivenUp)
                break;
            story.After(Hour).Tick();
            story.Sent.ShouldBe(["device.flapping to mail"]);
        }

        story.Last.Effects.OfType<PresenceEffect.WarnGivenUp>().Count().ShouldBe(1);
        story.State.Flapping.ShouldBeEmpty();
        story.NextLook.ShouldBeNull();
    }

    [Fact]
    public void A_flapping_that_cannot_be_delivered_does_not_delay_an_outage()
    {
        var story = Flaps();
        story.Answered(DeliveryOutcome.Failed, NotificationEvent.DeviceFlapping, outage: Id(story));
        story.Timed(false);
        story.After(Minutes(5)).Tick();
        story.Sent.ShouldContain("device.offline to mail");
    }

    [Fact]
    public void A_muted_thing_flaps_in_silence_and_is_told_when_the_mute_ends_while_it_flaps()
    {
        var story = Flaps(prepare: s => s.Policy = s.Policy with { Muted = true });
        story.Sent.ShouldBeEmpty();
        story.State.Flapping.Single().Telling.ShouldBeNull();
        story.NextLook.ShouldBe(story.Now + Hour);

        story.Policy = story.Policy with { Muted = false };
        story.After(Minutes(3)).Tick();
        story.Last.Persist.ShouldBeTrue();
        story.Sent.ShouldBe(["device.flapping to mail"]);
        story.Sends.Single().Notification.Since.ShouldBe(Story.Start + Minutes(1));
    }

    [Fact]
    public void What_was_calm_again_before_the_mute_ended_is_told_to_nobody()
    {
        var story = Flaps(prepare: s => s.Policy = s.Policy with { Muted = true });
        story.After(Hour).Tick().ShouldBe(PresenceReason.FlappingEnded);
        story.Sent.ShouldBeEmpty();
        story.State.Flapping.ShouldBeEmpty();
        story.NextLook.ShouldBeNull();
    }

    [Fact]
    public void Without_NotifyFlapping_nobody_is_told_and_nothing_is_kept()
    {
        var story = Flaps(30, prepare: s => s.Policy = s.Policy with { NotifyFlapping = false });
        story.State.Flapping.ShouldBeEmpty();
        story.NextLook.ShouldBeNull();
    }

    [Fact]
    public void Without_NotifyRecovery_nobody_hears_that_it_is_steady()
    {
        var story = Flaps(prepare: s => s.Policy = s.Policy with { NotifyRecovery = false });
        story.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceFlapping, outage: Id(story));
        story.After(Hour).Tick();
        story.Sent.ShouldBeEmpty();
        story.State.Flapping.ShouldBeEmpty();
    }

    [Fact]
    public void The_id_is_the_same_for_whoever_works_it_out_and_another_one_the_next_time()
    {
        var (one, other) = (Flaps(), Flaps());
        Id(one).ShouldBe(Id(other.Crash()));
        var first = Id(one);
        one.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceFlapping, outage: first);
        one.After(Hour).Tick();
        for (var i = 0; i < 6; i++) Blip(one, Minutes(1));
        one.State.Flapping.Count.ShouldBe(2);
        one.Tick();
        one.Sends.Select(send => (send.Notification.Event, Same: send.Notification.OutageId == first))
            .ShouldBe([(NotificationEvent.DeviceSteady, true)], "one time after the other");
        one.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceSteady, outage: first);
        one.Sends.Single().Notification.OutageId.ShouldNotBe(first);
    }

    [Fact]
    public void A_burst_of_yesterday_that_comes_late_is_no_news()
    {
        var story = new Story();
        story.Timed(true);
        var yesterday = story.Now;
        story.After(TimeSpan.FromDays(1));
        for (var i = 0; i < 8; i++)
        {
            story.Timed(false, yesterday + Minutes(1 + i));
            story.Timed(true, yesterday + Minutes(1.5 + i));
        }

        story.State.Flapping.ShouldBeEmpty();
    }

    [Fact]
    public void A_drop_more_than_an_hour_after_the_last_return_ends_the_flapping_though_nobody_had_looked()
    {
        var story = Flaps();
        story.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceFlapping, outage: Id(story));
        story.After(Hour + Minutes(10)).Timed(false);
        story.Sent.ShouldBe(["device.steady to mail"]);
        story.Status.ShouldBe(PresenceStatus.Grace);
    }

    [Fact]
    public void A_destination_that_is_dead_for_weeks_does_not_make_the_state_grow_without_end_and_what_is_dropped_is_said()
    {
        var story = Flaps();
        var warned = 0;
        for (var round = 0; round < 8; round++)
        {
            foreach (var flapping in story.Sends)
                story.Answered(DeliveryOutcome.Failed, NotificationEvent.DeviceFlapping, outage: flapping.Notification.OutageId);
            story.After(Hour * 2).Tick();
            for (var i = 0; i < 6; i++)
            {
                Blip(story, Minutes(1));
                warned += story.Last.Effects.OfType<PresenceEffect.WarnGivenUp>().Count();
            }
        }

        story.State.Flapping.Count.ShouldBe(FlappingRules.MostOwing);
        warned.ShouldBe(9 - FlappingRules.MostOwing);
    }

    private static string Id(Story story) => FlappingRules.IdOf(story.State.Flapping[0], story.Rules);
}
