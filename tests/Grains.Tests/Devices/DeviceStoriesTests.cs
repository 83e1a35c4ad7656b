using IoTOrleans.Contracts;
using IoTOrleans.Grains.Devices;
using IoTOrleans.Grains.Mutes;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Presence;
using IoTOrleans.Grains.Tests.Presence;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using IoTOrleans.Testing;

namespace IoTOrleans.Grains.Tests.Devices;

/// <summary>What <c>/history</c> and <c>/why</c> say while a thing goes and comes back.</summary>
public sealed class DeviceStoriesTests
{
    private static DeviceWhy Why(Story story, params string[] mutes) =>
        Why(story, [.. mutes.Select(id => new Mute { Id = id, Glob = "*", From = Story.Start, Until = story.Now + Minutes(60) })]);

    private static DeviceWhy Why(Story story, IReadOnlyList<Mute> mutes)
    {
        var time = new FakeTimeProvider(story.Now);
        var book = new MuteBook(null!, time);
        book.Copy(new MuteList { Revision = 1, Mutes = mutes });
        return new DeviceStories(
            new PresencePolicies(new ChangingOptions<PresenceOptions>(new()), [new Cluster.TestDestination("mail")], []), book, time)
            .WhyOf("rpi-1", story.State);
    }

    private static IEnumerable<string> What(DeviceWhy why) => why.WaitingFor.Select(waiting => waiting.What);

    [Fact]
    public void A_thing_that_is_refused_says_so_while_it_is_away()
    {
        var story = new Story();
        story.Lifecycle(true, 1);
        story.Refused();
        Why(story).Refused.ShouldBeNull();

        story.After(Minutes(1)).Lifecycle(false, 1);
        Why(story).Refused.ShouldBeNull();
        story.After(Minutes(1)).Refused(3);
        Why(story).Refused.ShouldBe(new(3, "AUTHORIZATION_FAILED", story.Now.AddSeconds(-2),
            "It is powered and trying to connect, but AWS IoT refuses it. Look at its policy or certificate."));

        story.After(Minutes(5)).Tick();
        story.Answered(DeliveryOutcome.Accepted);
        story.After(Minutes(1)).Lifecycle(true, 2);
        Why(story).Status.ShouldBe(PresenceStatus.Recovering);
        Why(story).Refused.ShouldBeNull("it got in");
    }

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
        Told(history).ShouldBe(["recovered: mail", "connected", "told: mail", "disconnected", "connected"]);
        history.Items.Select(item => item.Reason)
            .ShouldBe(["hold-held", "came-back-told", "told-unverified", "grace-started", "first-connected"]);
        history.Items.Select(item => item.Word).ShouldBe(["device.recovered", null, "device.offline", null, null]);
        history.Items.Select(item => item.At).ShouldBe(history.Items.Select(item => item.At).OrderDescending());
        var why = Why(story);
        (why.Status, why.WaitingFor.Count, why.Owed.Count).ShouldBe((PresenceStatus.Connected, 0, 0));
        why.Items.Select(item => item.Reason).ShouldBe(history.Items.Select(item => item.Reason));
        why.Items[^1].Sentence.ShouldBe("It connected.");
    }

    /// <summary>As people would say it: what happened, and who has heard it.</summary>
    private static IEnumerable<string> Told(DeviceHistory history) =>
        history.Items.Select(item => item.Destinations.Count == 0 ? item.Event : $"{item.Event}: {string.Join(", ", item.Destinations)}");

    [Fact]
    public void A_word_is_one_entry_with_all_who_heard_it()
    {
        var story = new Story();
        story.Policy = story.Policy with { Notify = ["ops-mail", "slack", "hook", "pager"], RepeatInterval = Minutes(30) };
        story.Timed(true);
        story.After(Minutes(1)).Timed(false);
        story.After(Minutes(5)).Tick();
        Told(DeviceStories.HistoryOf("rpi-1", story.State)).First().ShouldBe("told", "nobody has accepted it yet");
        foreach (var destination in (string[])["ops-mail", "slack"])
            story.Answered(DeliveryOutcome.Accepted, to: destination).ShouldBe(PresenceReason.Delivered);
        story.Do(new PresenceInput.Answered(
            story.State.Outage!.Id, NotificationEvent.DeviceOffline, 0, "pager", DeliveryAnswer.Accepted() with { IncidentId = "i-1" }));
        story.After(Minutes(20)).Answered(DeliveryOutcome.Accepted, to: "hook");
        story.After(Minutes(10)).Tick();
        foreach (var destination in (string[])["ops-mail", "slack", "pager"])
            story.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceStillOffline, destination, sequence: 1);

        story.Crash();
        var history = DeviceStories.HistoryOf("rpi-1", story.State);
        Told(history).ShouldBe(["delivered: ops-mail, slack, pager", "delivered: hook", "delivered: pager", "told: ops-mail, slack",
            "disconnected", "connected"]);
        history.Items.Select(item => item.Word)
            .ShouldBe(["device.still_offline", "device.offline", "device.offline", "device.offline", null, null]);
        history.Items[2].Reason.ShouldBe("delivered-by-incident");
        Why(story).Items.Select(item => item.Destinations.Count).ShouldBe([3, 1, 1, 2, 0, 0]);

        story.After(Minutes(1)).Timed(true);
        var outage = story.State.Outage!.Id;
        story.After(Minutes(1)).Tick();
        foreach (var destination in story.Rules.Policy.Notify)
            story.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceRecovered, destination, outage);
        Told(DeviceStories.HistoryOf("rpi-1", story.State)).First().ShouldBe("recovered: ops-mail, slack, hook, pager");
        for (var again = 0; again < 9; again++) story.After(Minutes(1)).Timed(again % 2 == 1);
        Told(DeviceStories.HistoryOf("rpi-1", story.State)).ShouldEachBe(item => !item.Contains(':'), "names leave with their entries");
        story.State.Heard.Count.ShouldBeLessThanOrEqualTo(History.RingSize);
    }

    [Fact]
    public void Who_was_given_up_is_named()
    {
        var story = new Story();
        story.Policy = story.Policy with { Notify = ["mail", "slack"] };
        story.Timed(false);
        story.After(Minutes(5)).Tick();
        story.Answered(DeliveryOutcome.Accepted);
        story.Answered(DeliveryOutcome.Refused, to: "slack");
        Why(story).Owed.ShouldHaveSingleItem().LastAnswer.ShouldBe("removed", "only mail is in the settings");
        story.After(TimeSpan.FromDays(1)).Answered(DeliveryOutcome.Refused, to: "slack").ShouldBe(PresenceReason.DeliveryGivenUp);
        Told(DeviceStories.HistoryOf("rpi-1", story.State)).ShouldBe(["given-up: slack", "told: mail", "disconnected"]);
    }

    [Fact]
    public void Flapping_and_its_end_are_one_entry_each_with_all_who_heard_it()
    {
        var story = new Story();
        story.Policy = story.Policy with { Notify = ["mail", "slack"] };
        story.Timed(true);
        for (var drop = 0; drop < 6; drop++)
        {
            story.After(Minutes(1)).Timed(false);
            story.After(Minutes(1)).Timed(true);
        }

        var id = FlappingRules.IdOf(story.State.Flapping[0], story.Rules);
        foreach (var destination in story.Rules.Policy.Notify)
            story.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceFlapping, destination, id);
        Told(DeviceStories.HistoryOf("rpi-1", story.State)).First().ShouldBe("flapping: mail, slack");
        story.After(Minutes(60)).Tick();
        foreach (var destination in story.Rules.Policy.Notify)
            story.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceSteady, destination, id);
        Told(DeviceStories.HistoryOf("rpi-1", story.State)).First().ShouldBe("steady: mail, slack");
    }

    [Fact]
    public void A_question_to_the_verifier_is_named_with_its_end()
    {
        var story = new Story();
        story.Context = story.Context with { Verifiable = [EventSource.Queue] };
        story.Shadow(true, 1);
        story.After(Minutes(1)).Shadow(false, 2);
        story.After(Minutes(5)).Tick();
        Why(story).WaitingFor.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            waiting => waiting.What.ShouldBe("verifier"), waiting => waiting.Until.ShouldBe(story.Now + Asking.Patience));
    }

    [Fact]
    public void A_verdict_that_is_held_is_named_with_its_end()
    {
        var story = new Story();
        story.Context = story.Context with { Blind = new(Watermark.Unknown) };
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
        story.Context = story.Context with { MutedBy = ["works"] };
        story.After(Minutes(5)).Tick();
        var why = Why(story, "works");
        (why.Status, why.MutedBy.Single(), What(why).First()).ShouldBe((PresenceStatus.Offline, "works", "mute"));
        why.Items[0].Reason.ShouldBe("muted-at-deadline");
        What(Why(story)).First().ShouldBe("look", "the mute is over");
    }

    [Fact]
    public void A_mute_is_named_with_its_end_whatever_the_thing_does()
    {
        var story = new Story();
        story.Timed(true);
        story.Context = story.Context with { MutedBy = ["works"] };
        MuteOf(Why(story, "works")).Until.ShouldBe(story.Now + Minutes(60));
        story.After(Minutes(1)).Timed(false);
        What(Why(story, "works")).ShouldBe(["mute", "grace"]);
        Why(story, "works").WaitingFor[1].Sentence.ShouldContain("nobody is told");
        story.After(Minutes(5)).Tick();
        MuteOf(Why(story, "works")).Until.ShouldBe(story.Now + Minutes(60));
        What(Why(story)).ShouldNotContain("mute");
    }

    [Fact]
    public void The_end_of_several_mutes_is_that_of_the_last_one_without_a_gap()
    {
        var story = new Story();
        story.Timed(true);
        story.Context = story.Context with { MutedBy = ["a"] };
        Mute a = new() { Id = "a", Glob = "*", From = story.Now, Until = story.Now + Minutes(60) };
        MuteOf(Why(story, [a with { Id = "b", From = story.Now + Minutes(50), Until = story.Now + Minutes(90) }, a])).Until.ShouldBe(
            story.Now + Minutes(90));
        MuteOf(Why(story, [a, a with { Id = "b", From = story.Now + Minutes(70), Until = story.Now + Minutes(90) }])).Until.ShouldBe(
            story.Now + Minutes(60));
        MuteOf(Why(story, [a, a with { Id = "b", Until = null, UntilRecovered = true }])).Until.ShouldBeNull();
    }

    private static WaitingFor MuteOf(DeviceWhy why) => why.WaitingFor.Single(waiting => waiting.What == "mute");

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
