using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Tests.Presence;

/// <summary>Rule 7: what is owed and done is kept per destination.</summary>
public sealed class DeliveryTests
{
    private static Story TwoDestinations()
    {
        var story = new Story();
        story.Policy = story.Policy with { Notify = ["mail", "hook"], RecoveryHold = TimeSpan.Zero };
        story.Timed(false);
        story.After(Minutes(5)).Tick();
        return story;
    }

    [Fact]
    public void Only_those_still_owed_are_told_again()
    {
        var story = TwoDestinations();
        story.Sent.ShouldBe(["device.offline to mail", "device.offline to hook"], ignoreOrder: true);
        story.Answered(DeliveryOutcome.Accepted);
        story.Answered(DeliveryOutcome.Failed, to: "hook");
        story.After(Minutes(1)).Tick();
        story.Sent.ShouldBe(["device.offline to hook"]);
    }

    [Fact]
    public void What_fails_by_itself_is_tried_each_minute_at_first_and_then_less_and_less_often()
    {
        var story = new Story();
        story.Timed(false);
        story.After(Minutes(5)).Tick();
        var waits = new List<double>();
        for (var attempt = 0; attempt < 11; attempt++)
        {
            story.Answered(DeliveryOutcome.Failed);
            waits.Add((story.NextLook!.Value - story.Now).TotalMinutes);
            story.After(story.NextLook.Value - story.Now).Tick();
            story.Sent.ShouldBe(["device.offline to mail"]);
        }

        double[] most = [1, 1, 1, 1, 1, 2, 4, 8, 15, 15, 15];
        waits.Zip(most).ShouldEachBe(pair => pair.First <= pair.Second && pair.First >= 0.8 * pair.Second);
    }

    [Fact]
    public void What_fails_with_all_others_is_due_as_soon_as_the_destination_answers()
    {
        var nobody = DeliveryAnswer.Failed("HTTP 503") with { AskAgainIn = Minutes(10) };
        var story = new Story();
        story.Timed(false);
        story.After(Minutes(5)).Tick();
        for (var trial = 0; trial < 20; trial++)
        {
            story.Do(new PresenceInput.Answered(story.State.Outage!.Id, NotificationEvent.DeviceOffline, 0, "mail", nobody)).ShouldBe(PresenceReason.DeliveryFailed);
            var waits = story.NextLook!.Value - story.Now;
            waits.ShouldBeInRange(Minutes(8), Minutes(10));
            story.After(Minutes(1)).Tick();
            story.Sent.ShouldBeEmpty("it is told when there is anybody to hear it");
            story.Do(new PresenceInput.Tick("hook"));
            story.Sent.ShouldBeEmpty("another one answers");
            story.Do(new PresenceInput.Tick("mail"));
            story.Sent.ShouldBe(["device.offline to mail"]);
        }

        story.State.Outage!.Deliveries["mail"].Failures.ShouldBe(0, "these failures were not its own");
    }

    [Fact]
    public void What_is_refused_or_fails_by_itself_again_and_again_is_not_due_with_the_others()
    {
        var story = TwoDestinations();
        story.Answered(DeliveryOutcome.Refused);
        story.Do(new PresenceInput.Tick("mail"));
        story.Sent.ShouldBe(["device.offline to hook"], "which has not answered yet");
        for (var failures = 1; failures <= Retries.FailuresOfItsOwn; failures++)
        {
            story.Answered(DeliveryOutcome.Failed, to: "hook");
            story.Do(new PresenceInput.Tick("hook"));
            story.Sent.Count.ShouldBe(failures < Retries.FailuresOfItsOwn ? 1 : 0);
        }
    }

    [Fact]
    public void A_refusal_is_tried_hourly_for_a_day_and_then_given_up_visibly()
    {
        var story = new Story();
        story.Timed(false);
        story.After(Minutes(5)).Tick();
        var attempts = 0;
        while (story.Last.Reason != PresenceReason.DeliveryGivenUp)
        {
            attempts++.ShouldBeLessThan(40);
            story.Answered(DeliveryOutcome.Refused);
            if (story.Last.Reason == PresenceReason.DeliveryGivenUp) break;
            story.After(story.State.Outage!.Deliveries["mail"].RetryAt!.Value - story.Now).Tick();
        }

        attempts.ShouldBeInRange(24, 32);
        story.Last.Effects.OfType<PresenceEffect.WarnGivenUp>().Count().ShouldBe(1);
        story.State.Outage!.Deliveries["mail"].GivenUp.ShouldBeTrue();
        story.After(TimeSpan.FromHours(2)).Tick();
        story.Sent.ShouldBeEmpty();
    }

    [Fact]
    public void What_is_owed_to_a_destination_that_is_not_in_the_settings_is_dropped_within_the_hour_and_not_before_others_may_know_it()
    {
        var story = TwoDestinations();
        story.Answered(DeliveryOutcome.Accepted);
        Missing().ShouldBe(PresenceReason.DestinationMissing);
        (story.State.Outage!.Deliveries["hook"].RetryAt - story.Now).ShouldNotBeNull().ShouldBeInRange(Minutes(45), Minutes(60));
        story.After(Minutes(10));
        Missing().ShouldBe(PresenceReason.DestinationMissing, "another silo, with other settings, was asked");

        story.After(story.State.Outage!.Deliveries["hook"].RetryAt!.Value - story.Now);
        Missing().ShouldBe(PresenceReason.DestinationRemoved);
        story.Last.Effects.ShouldBe([new PresenceEffect.Drop("hook")]);
        story.State.Outage!.Deliveries["hook"].GivenUp.ShouldBeTrue();

        PresenceReason Missing() => story.Do(new PresenceInput.Answered(story.State.Outage!.Id, NotificationEvent.DeviceOffline, 0, "hook", DeliveryAnswer.Removed));
    }

    [Fact]
    public void Who_never_heard_of_the_outage_hears_first_of_it_and_then_of_its_end()
    {
        var story = TwoDestinations();
        var outage = story.State.Outage!.Id;
        story.Answered(DeliveryOutcome.Accepted);
        story.Answered(DeliveryOutcome.Failed, to: "hook");
        story.After(Minutes(0.5)).Timed(true);
        story.Sent.ShouldBe(["device.recovered to mail"]);
        story.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceRecovered, outage: outage);
        story.After(Minutes(1)).Tick();
        story.Sent.ShouldBe(["device.offline to hook"]);
        story.Sends[0].Notification.RecoveredAt.ShouldNotBeNull("it says itself that it is over");
        story.Answered(DeliveryOutcome.Accepted, to: "hook", outage: outage);
        story.Sent.ShouldBe(["device.recovered to hook"]);
        story.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceRecovered, "hook", outage);
        story.NextLook.ShouldBeNull();
    }

    [Fact]
    public void A_crash_between_mark_and_record_owes_the_outage_and_its_recovery()
    {
        var story = new Story();
        story.Policy = story.Policy with { RecoveryHold = TimeSpan.Zero };
        story.Timed(false);
        story.After(Minutes(5)).Tick();
        var outage = story.State.Outage!.Id;
        story.Crash().After(Minutes(0.5)).Timed(true);
        story.Sent.ShouldBe(["device.offline to mail"]);
        story.Answered(DeliveryOutcome.Accepted, outage: outage);
        story.Sent.ShouldBe(["device.recovered to mail"]);
    }

    [Fact]
    public void Outages_of_a_thing_are_told_one_after_the_other_to_each_destination()
    {
        var story = TwoDestinations();
        var first = story.State.Outage!.Id;
        story.Answered(DeliveryOutcome.Failed, to: "hook");
        story.Answered(DeliveryOutcome.Accepted);
        story.After(Minutes(0.2)).Timed(true);
        story.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceRecovered, outage: first);
        story.After(Minutes(0.2)).Timed(false);
        story.State.Outage!.Id.ShouldNotBe(first);
        story.After(Minutes(5)).Tick();
        var second = story.State.Outage!.Id;
        story.Sends.Select(s => (s.Destination, s.Notification.OutageId)).ShouldBe([("hook", first), ("mail", second)], ignoreOrder: true);

        story.Answered(DeliveryOutcome.Accepted, to: "hook", outage: first);
        Sent(story).ShouldBe([("hook", first, NotificationEvent.DeviceRecovered)]);
        story.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceRecovered, to: "hook", outage: first);
        Sent(story).ShouldBe([("hook", second, NotificationEvent.DeviceOffline)]);
    }

    [Fact]
    public void What_a_destination_refused_does_not_silence_what_comes_after_it()
    {
        var story = TwoDestinations();
        var first = story.State.Outage!.Id;
        story.Answered(DeliveryOutcome.Refused, to: "hook");
        story.Answered(DeliveryOutcome.Accepted);
        story.After(Minutes(0.2)).Timed(true);
        story.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceRecovered, outage: first);
        story.After(Minutes(0.2)).Timed(false);
        story.After(Minutes(5)).Tick();

        Sent(story).ShouldContain(("hook", story.State.Outage!.Id, NotificationEvent.DeviceOffline));
    }

    private static IEnumerable<(string Destination, string OutageId, NotificationEvent Event)> Sent(Story story) =>
        story.Sends.Select(send => (send.Destination, send.Notification.OutageId, send.Notification.Event));

    [Fact]
    public void Debts_do_not_grow_without_end()
    {
        var story = new Story();
        story.Policy = story.Policy with { RecoveryHold = TimeSpan.Zero };
        var dropped = 0;
        for (var outage = 0; outage < 50; outage++)
        {
            story.After(Minutes(1)).Timed(false);
            story.After(Minutes(5)).Tick();
            story.Answered(DeliveryOutcome.Failed);
            story.After(Minutes(1)).Timed(true);
            dropped += story.Last.Effects.OfType<PresenceEffect.WarnGivenUp>().Count();
        }

        story.State.Owing.Count.ShouldBe(Recovery.MostOwing);
        dropped.ShouldBe(50 - Recovery.MostOwing, "what is lost is said");
    }

    [Fact]
    public void An_answer_that_comes_twice_counts_once()
    {
        var story = new Story().Told();
        story.Answered(DeliveryOutcome.Accepted).ShouldBe(PresenceReason.DeliveryOfNothingOwed);
        story.State.Sent.ShouldBe(1);
    }
}
