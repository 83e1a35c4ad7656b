using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Summaries;

namespace IoTOrleans.Grains.Tests.Summaries;

public sealed class SummaryDraftTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 9, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Yesterday = Now.AddDays(-1);

    [Fact]
    public void With_nothing_offline_there_is_nothing_to_tell()
    {
        var draft = new SummaryDraft("mail", Yesterday);
        Add(draft, "grace", Now.AddMinutes(-2), PresenceStatus.Grace);
        Add(draft, "back", Now.AddHours(-2), PresenceStatus.Recovering);
        draft.Finish("id", new(2026, 11, 25), Now).ShouldBeNull();
    }

    [Fact]
    public void The_longest_are_first_and_of_many_the_longest_stay()
    {
        var draft = new SummaryDraft("mail", Yesterday);
        foreach (var i in Enumerable.Range(0, 1000).OrderBy(i => i * 7919 % 1000)) Add(draft, $"thing-{i}", Now.AddHours(-i - 1));
        var summary = draft.Finish("id", new(2026, 11, 25), Now)!;
        summary.Count.ShouldBe(1000);
        summary.Things.Select(thing => thing.ThingName)
            .ShouldBe(Enumerable.Range(0, FleetSummary.MostThings).Select(i => $"thing-{999 - i}"));

        // Away since 08:00 and 5 min of grace: on the list since then; 23 hours back are new, what was offline at 09:00 yesterday is not.
        summary.New.ShouldBe(23 + 1);
    }

    [Fact]
    public void New_is_what_was_not_offline_yet_when_the_list_before_was_read()
    {
        var draft = new SummaryDraft("mail", Yesterday);
        Add(draft, "in grace then", Yesterday.AddMinutes(-2));
        Add(draft, "offline then", Yesterday.AddMinutes(-6));
        var things = draft.Finish("id", new(2026, 11, 25), Now)!.Things;
        things.Select(thing => (thing.ThingName, thing.IsNew)).ShouldBe([("offline then", false), ("in grace then", true)]);
    }

    [Fact]
    public void It_says_what_this_destination_was_told_of_and_what_is_muted()
    {
        var draft = new SummaryDraft("mail", Yesterday);
        var told = new Dictionary<string, Delivery> { ["mail"] = new() { Offline = true } };
        var elsewhere = new Dictionary<string, Delivery> { ["other"] = new() { Offline = true }, ["mail"] = new() { Failures = 3 } };
        Add(draft, "1 told", Now.AddHours(-9), change: outage => outage with { Deliveries = told, NotifiedAt = Now.AddHours(-8) });
        Add(draft, "2 told elsewhere", Now.AddHours(-8),
            change: outage => outage with { Deliveries = elsewhere, NotifiedAt = Now.AddHours(-7) });
        Add(draft, "3 muted by a mute", Now.AddHours(-7), mutedBy: ["night"]);
        Add(draft, "4 muted by policy", Now.AddHours(-6), policy: policy => policy with { Muted = true });
        Add(draft, "5 muted at its deadline", Now.AddHours(-5), change: outage => outage with { Muted = true, Telling = null });
        Add(draft, "6 of others", Now.AddHours(-4), policy: policy => policy with { Notify = ["other"] });
        var summary = draft.Finish("id", new(2026, 11, 25), Now)!;
        summary.Things.Select(thing => (thing.ThingName[0], thing.NotifiedAt, thing.Muted)).ShouldBe(
        [
            ('1', Now.AddHours(-8), false), ('2', null, false), ('3', null, true), ('4', null, true), ('5', null, true),
        ]);
        (summary.Count, summary.Muted, summary.New).ShouldBe((5, 3, 5));
    }

    [Fact]
    public void Drops_kept_quiet_are_counted_by_the_history_since_the_list_before_without_what_was_our_own_restart()
    {
        var draft = new SummaryDraft("mail", Yesterday);
        Add(draft, "away", Now.AddHours(-1), ring: [(-30, PresenceReason.GraceStarted), (-30, PresenceReason.CameBackInGrace),
            (-3, PresenceReason.GraceStarted), (-3, PresenceReason.CameBackInGrace)]);
        Add(draft, "flaky", null, PresenceStatus.Connected, ring:
        [
            // What it began with has left the history; the watcher's own restart; two drops.
            (-9, PresenceReason.CameBackInGrace), (-8, PresenceReason.WatcherRestarted), (-8, PresenceReason.CameBackInGrace),
            (-7, PresenceReason.GraceStarted), (-7, PresenceReason.CameBackInGrace), (-6, PresenceReason.GraceStarted),
            (-6, PresenceReason.CameBackInGrace),
        ]);
        var summary = draft.Finish("id", new(2026, 11, 25), Now)!;
        summary.KeptQuiet.ShouldBe(3);
        summary.Flakiest.Select(thing => (thing.ThingName, thing.Drops)).ShouldBe([("flaky", 2)]);
    }

    [Fact]
    public void The_flakiest_are_first_and_not_many()
    {
        var draft = new SummaryDraft("mail", Yesterday);
        Add(draft, "away", Now.AddHours(-1));
        foreach (var i in Enumerable.Range(1, 10)) Add(draft, $"flaps-{i}", null, PresenceStatus.Connected, flapping: i);
        var summary = draft.Finish("id", new(2026, 11, 25), Now)!;
        summary.Flakiest.Select(thing => thing.Drops).ShouldBe([10, 9, 8, 7, 6]);
    }

    private static void Add(
        SummaryDraft draft, string name, DateTimeOffset? since, PresenceStatus status = PresenceStatus.Offline,
        Func<Outage, Outage>? change = null,
        Func<DevicePolicy, DevicePolicy>? policy = null, string[]? mutedBy = null, (int Hours, PresenceReason Reason)[]? ring = null,
        int flapping = 0)
    {
        var outage = since is { } at ? new Outage { Id = name, Since = at, GraceEndsAt = at.AddMinutes(5) } : null;
        if (outage is not null && status != PresenceStatus.Grace) outage = outage with { Telling = outage.GraceEndsAt };
        var state = new DeviceState
        {
            Outage = outage is null || change is null ? outage : change(outage),
            Ring = [.. (ring ?? []).Select(entry => new RingEntry(Now.AddHours(entry.Hours).ToUnixTimeSeconds(), entry.Reason))],
            Flapping = flapping == 0 ? [] : [new Flapping { Since = Now.AddHours(-1), Drops = flapping }],
        };
        var plain = new DevicePolicy { Source = "default", Overridden = [], Notify = ["mail", "other"] };
        draft.Add(state, new DeviceStatus
        {
            ThingName = name,
            Status = status,
            Attributes = new Dictionary<string, string>(),
            MutedBy = mutedBy ?? [],
            Policy = policy is null ? plain : policy(plain),
        });
    }
}
