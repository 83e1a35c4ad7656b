using IoTOrleans.Contracts;
using IoTOrleans.Grains.Devices;
using IoTOrleans.Grains.Mutes;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Presence;
using IoTOrleans.Grains.Tests.Presence;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace IoTOrleans.Grains.Tests.Devices;

/// <summary>What <c>/history</c> and <c>/why</c> say while a thing goes and comes back.</summary>
public sealed class DeviceStoriesTests
{
    private static TimeSpan Minutes(double minutes) => TimeSpan.FromMinutes(minutes);

    private static DeviceWhy Why(Story story, params string[] mutes)
    {
        var time = new FakeTimeProvider(story.Now);
        var book = new MuteBook(null!, time);
        book.Copy(new MuteList
        {
            Revision = 1, Mutes = [.. mutes.Select(id => new Mute { Id = id, Glob = "*", From = Story.Start, Until = story.Now + Minutes(60) })],
        });
        return new DeviceStories(new PresencePolicies(Options.Create(new PresenceOptions()), [new Cluster.TestDestination("mail")], []), book, time)
            .WhyOf("rpi-1", story.State);
    }

    private static IEnumerable<string> What(DeviceWhy why) => why.WaitingFor.Select(waiting => waiting.What);

    [Fact]
    public void A_told_outage_from_drop_to_recovery()
    {
        var story = new Story();
        story.Timed(true);
        Why(story).WaitingFor.ShouldBeEmpty();

        story.After(Minutes(10)).Timed(false);
        var grace = Why(story);
        (grace.Status, grace.OutageId, grace.PolicySource).ShouldBe((PresenceStatus.Grace, story.State.Outage!.Id, "default"));
        grace.WaitingFor.ShouldHaveSingleItem().ShouldBe(
            new("grace", story.Now + Minutes(5), "If it is not back by then, a verifier is asked, if there is one, and people are told."));

        story.After(Minutes(5));
        What(Why(story)).ShouldBe(["look"]);
        story.Tick();
        var owing = Why(story);
        owing.Owed.ShouldHaveSingleItem().ShouldBe(new("mail", "device.offline", story.State.Outage!.Id, null, 0, null));
        What(owing).ShouldBe(["return", "recheck"]);

        story.Answered(DeliveryOutcome.Failed);
        var failed = Why(story).Owed.ShouldHaveSingleItem();
        (failed.LastAnswer, failed.Failures, failed.NextTryAt > story.Now).ShouldBe(("failed", 1, true));
        story.Answered(DeliveryOutcome.Refused);
        Why(story).Owed.ShouldHaveSingleItem().LastAnswer.ShouldBe("refused");
        story.Answered(DeliveryOutcome.Accepted);
        Why(story).Owed.ShouldBeEmpty();

        story.After(Minutes(30)).Timed(true);
        Why(story).WaitingFor.ShouldHaveSingleItem().Until.ShouldBe(story.Now + Minutes(1));
        story.After(Minutes(1)).Tick();
        Why(story).Owed.ShouldHaveSingleItem().Event.ShouldBe("device.recovered");
        story.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceRecovered);

        var history = DeviceStories.HistoryOf("rpi-1", story.State);
        history.Items.Select(item => $"{item.Event} {item.Reason}").ShouldBe(
        [
            "delivered delivered", "connected came-back-told", "delivered delivered", "told told-unverified", "disconnected grace-started", "connected first-connected",
        ]);
        history.Items.Select(item => item.At).ShouldBe(history.Items.Select(item => item.At).OrderDescending());
        var why = Why(story);
        (why.Status, why.WaitingFor.Count, why.Owed.Count).ShouldBe((PresenceStatus.Connected, 0, 0));
        why.Items.Select(item => item.Reason).ShouldBe(history.Items.Select(item => item.Reason));
        why.Items[^1].Sentence.ShouldBe("It connected.");
    }

    [Fact]
    public void A_question_to_the_verifier_is_named_with_its_end()
    {
        var story = new Story();
        story.Policy = story.Policy with { Verifiable = [EventSource.Queue] };
        story.Shadow(true, 1);
        story.After(Minutes(1)).Shadow(false, 2);
        story.After(Minutes(5)).Tick();
        Why(story).WaitingFor.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            waiting => waiting.What.ShouldBe("verifier"), waiting => waiting.Until.ShouldBe(story.Now + LookingRules.AskFor));
    }

    [Fact]
    public void A_verdict_that_is_held_is_named_with_its_end()
    {
        var story = new Story();
        story.Policy = story.Policy with { Blind = new(Horizon.Unknown) };
        story.Timed(true, source: EventSource.Queue);
        story.After(Minutes(1)).Timed(false, source: EventSource.Queue);
        story.After(Minutes(5)).Tick().ShouldBe(PresenceReason.HeldBacklog);
        Why(story).WaitingFor.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            waiting => waiting.What.ShouldBe("backlog"), waiting => waiting.Until.ShouldBe(story.Now + Minutes(10)));
    }

    [Fact]
    public void A_mute_is_named_and_so_is_what_happens_when_it_ends()
    {
        var story = new Story();
        story.Timed(true);
        story.After(Minutes(1)).Timed(false);
        story.Policy = story.Policy with { MutedBy = ["works"] };
        story.After(Minutes(5)).Tick();
        var why = Why(story, "works");
        (why.Status, why.MutedBy.Single(), What(why).First()).ShouldBe((PresenceStatus.Offline, "works", "mute"));
        why.Items[0].Reason.ShouldBe("muted-at-deadline");
        What(Why(story)).First().ShouldBe("look", "the mute is over");
    }

    [Fact]
    public void Flapping_waits_for_an_hour_of_calm()
    {
        var story = new Story();
        story.Timed(true);
        for (var drop = 0; drop < 6; drop++)
        {
            story.After(Minutes(1)).Timed(false);
            story.After(Minutes(1)).Timed(true);
        }

        Why(story).WaitingFor.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            waiting => waiting.What.ShouldBe("calm"), waiting => waiting.Until.ShouldBe(story.Now + Minutes(60)));
        Why(story).Owed.ShouldHaveSingleItem().Event.ShouldBe("device.flapping");
    }
}
