using IoTOrleans.Contracts;
using IoTOrleans.Grains.Mutes;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Rounds;
using IoTOrleans.Grains.Tests.Cluster;

namespace IoTOrleans.Grains.Tests.Rounds;

/// <summary>Reminders that got lost, and what becomes of the things that they were for.</summary>
public sealed class SweepTests
{
    private static Task<VirtualCluster> Start(Action<VirtualCluster>? prepare = null) => VirtualCluster.Start(prepare: cluster =>
    {
        cluster.Rounds.SweepEvery = TimeSpan.FromHours(2);
        prepare?.Invoke(cluster);
    });

    /// <summary>The next round is due, and over.</summary>
    private static async Task Sweep(VirtualCluster cluster)
    {
        var before = (await cluster.Round().GetState()).Begun;
        for (var round = await cluster.Round().GetState(); round.Walking || round.Begun == before; round = await cluster.Round().GetState())
        {
            cluster.Time.Advance(round.Walking ? Seconds(1) : Minutes(1));
            await VirtualCluster.LetOthersRun();
        }
    }

    /// <summary>All silos have died, and nobody but the sweep comes by.</summary>
    private static async Task Lose(VirtualCluster cluster, string thing = "rpi-1")
    {
        cluster.LeaveAlone();
        await cluster.Crash(thing);
        cluster.Reminders.Delete(cluster.IdOf(thing));
    }

    [Fact]
    public async Task An_outage_whose_reminder_was_deleted_is_told_with_its_true_time()
    {
        await using var cluster = await Start();
        await cluster.Connect();
        var dropped = cluster.Now;
        await cluster.Drop();
        await Lose(cluster);
        await Sweep(cluster);
        await cluster.AdvanceUntil(() => cluster.Mail.Accepted.Count == 1);
        cluster.Mail.Accepted[0].Since.ShouldBe(dropped);
        cluster.Reminders.Exists(cluster.IdOf()).ShouldBeTrue();
    }

    [Fact]
    public async Task A_deadline_to_come_gets_its_reminder_back_and_nobody_is_told_before_it()
    {
        await using var cluster = await Start();
        await cluster.Device().SetPolicy(new() { Grace = TimeSpan.FromHours(9) });
        await cluster.Connect();
        await cluster.Drop();
        var deadline = (await cluster.Status()).GraceEndsAt;
        await Lose(cluster);
        await Sweep(cluster);
        cluster.Reminders.StartAt(cluster.IdOf()).ShouldBe(deadline);
        cluster.Mail.Attempts.ShouldBe(0);
    }

    [Fact]
    public async Task A_thing_that_cannot_be_read_does_not_keep_the_others_from_being_found()
    {
        await using var cluster = await Start();
        await cluster.Connect();
        await cluster.Drop();
        await Lose(cluster);
        cluster.Storage.Damage(cluster.IdOf("broken"), """{"connected":""");
        await Sweep(cluster);
        await cluster.AdvanceUntil(() => cluster.Mail.Accepted.Count == 1);
    }

    [Fact]
    public async Task The_verifier_is_asked_before_a_lost_outage_is_told()
    {
        await using var cluster = await Start(
            world => world.Verifier.Answer = _ => Task.FromResult(new VerifierAnswer(VerifierVerdict.Connected, world.Now, 12)));
        await cluster.Connect();
        await cluster.Drop();
        await Lose(cluster);
        await Sweep(cluster);
        await cluster.AdvanceUntil(async () => (await cluster.Status()).Status == PresenceStatus.Connected);
        cluster.Mail.Attempts.ShouldBe(0);
    }

    [Fact]
    public async Task A_reminder_that_a_late_write_has_put_off_is_set_right()
    {
        await using var cluster = await Start();
        await cluster.Connect();
        await cluster.Drop();
        cluster.LeaveAlone();
        await cluster.Crash();
        cluster.Reminders.Replace(cluster.IdOf(), cluster.Now + TimeSpan.FromDays(1));
        await Sweep(cluster);
        await cluster.AdvanceUntil(() => cluster.Mail.Accepted.Count == 1);
    }

    [Fact]
    public async Task What_a_living_activation_takes_for_granted_is_made_again()
    {
        await using var cluster = await Start();
        await cluster.Device().SetPolicy(new() { Grace = TimeSpan.FromHours(9) });
        await cluster.Connect();
        await cluster.Drop();
        cluster.Reminders.Delete(cluster.IdOf());
        await Sweep(cluster);
        cluster.Reminders.Exists(cluster.IdOf()).ShouldBeTrue();
    }

    [Fact]
    public async Task A_recovery_that_is_owed_and_an_offline_thing_are_found_too()
    {
        await using var cluster = await Start();
        cluster.Mail.Answer = n =>
            Task.FromResult(n.Event == NotificationEvent.DeviceRecovered ? DeliveryAnswer.Failed("down") : DeliveryAnswer.Accepted());
        foreach (var thing in (string[])["back", "away"])
        {
            await cluster.Connect(thing);
            await cluster.Drop(thing);
            cluster.Touch(thing);
        }

        await cluster.Advance(Minutes(6));
        cluster.Mail.Events.ShouldBe(["device.offline", "device.offline"]);
        await cluster.Connect("back");
        await cluster.Advance(Minutes(2));
        await Lose(cluster, "back");
        await Lose(cluster, "away");
        cluster.Mail.Answer = null;
        await Sweep(cluster);
        await cluster.AdvanceUntil(() => cluster.Mail.Events.Contains("device.recovered"));
        cluster.Reminders.Exists(cluster.IdOf("away")).ShouldBeTrue();
        cluster.Mail.Events.Count.ShouldBe(3);
    }

    [Fact]
    public async Task What_only_waits_for_a_mute_to_end_gets_its_reminder_back()
    {
        await using var cluster = await Start();
        await cluster.Mute(new Mute { Id = "works", Thing = "rpi-1", From = cluster.Now, Until = cluster.Now + TimeSpan.FromDays(3) });
        await cluster.Connect();
        await cluster.Drop();
        await cluster.Advance(Minutes(6));
        (await cluster.Status()).Status.ShouldBe(PresenceStatus.Offline);
        await Lose(cluster);
        await Sweep(cluster);
        cluster.Reminders.Exists(cluster.IdOf()).ShouldBeTrue();
        cluster.Mail.Attempts.ShouldBe(0);
    }

    [Fact]
    public async Task An_older_backup_of_the_states_leads_to_what_it_says_and_the_verifier_knows()
    {
        await using var cluster = await Start(world => world.Verifier.Answer =
            _ => Task.FromResult(new VerifierAnswer(VerifierVerdict.Disconnected, world.Now - TimeSpan.FromDays(1))));
        await cluster.Connect();
        await cluster.Drop();
        var backup = cluster.Storage.Read<DeviceState>(cluster.IdOf())!;
        await cluster.Connect();
        cluster.LeaveAlone();
        await cluster.Crash();
        cluster.Reminders.Exists(cluster.IdOf()).ShouldBeFalse();
        cluster.Storage.Overwrite(cluster.IdOf(), backup);
        await Sweep(cluster);
        await cluster.AdvanceUntil(() => cluster.Mail.Accepted.Count == 1);
        (cluster.Mail.Accepted[0].Verification, cluster.Mail.Accepted[0].OutageId).ShouldBe((Verification.Confirmed, backup.Outage!.Id));
    }

    [Fact]
    public async Task A_healthy_fleet_of_a_thousand_is_neither_woken_nor_written_nor_looked_up()
    {
        await using var cluster = await Start(world => world.Catalogue.MostOnAPage = 300);
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => cluster.Connect($"thing-{i}")));
        cluster.LeaveAlone();
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => cluster.Crash($"thing-{i}")));
        await Sweep(cluster);
        var before = (cluster.Storage.Reads, cluster.Storage.Writes, cluster.Reminders.Upserts, cluster.Reminders.Reads,
            cluster.Reminders.RowsRead);
        await Sweep(cluster);
        (cluster.Storage.Reads, cluster.Storage.Writes, cluster.Reminders.Upserts, cluster.Reminders.Reads, cluster.Reminders.RowsRead)
            .ShouldBe(before);
        cluster.Catalogue.Pages.ShouldBeGreaterThanOrEqualTo(8);
    }

    [Fact]
    public async Task A_thing_that_has_its_reminder_is_not_woken()
    {
        await using var cluster = await Start();
        await cluster.Device().SetPolicy(new() { Grace = TimeSpan.FromDays(9) });
        await cluster.Connect();
        await cluster.Drop();
        cluster.LeaveAlone();
        await cluster.Crash();
        await Sweep(cluster);
        var reads = cluster.Storage.Reads;
        await Sweep(cluster);
        (cluster.Storage.Reads, cluster.Reminders.Upserts).ShouldBe((reads, 1));
    }

    [Fact]
    public async Task A_thing_that_comes_back_while_the_sweep_looks_gets_none()
    {
        await using var cluster = await Start();
        await cluster.Connect();
        await cluster.Drop();
        await Lose(cluster);
        cluster.Reminders.BeforeFind = id =>
        {
            cluster.Reminders.BeforeFind = null;
            var state = cluster.Storage.Read<DeviceState>(id)!;
            cluster.Storage.Overwrite(id, state with { Connected = true, Outage = null, Since = cluster.Now });
        };
        await Sweep(cluster);
        (cluster.Reminders.Exists(cluster.IdOf()), cluster.Mail.Attempts).ShouldBe((false, 0));
    }

    [Fact]
    public async Task A_page_that_fails_is_read_again_and_one_that_always_does_is_left_behind()
    {
        await using var cluster = await Start(world => world.Catalogue.MostOnAPage = 1);
        foreach (var thing in (string[])["a", "b", "c"])
        {
            await cluster.Device(thing).SetPolicy(new() { Grace = TimeSpan.FromDays(9) });
            await cluster.Connect(thing);
            await cluster.Drop(thing);
            await Lose(cluster, thing);
        }

        var lists = 0;
        cluster.Catalogue.BeforeList = _ =>
        {
            if (lists++ == 1) throw new TimeoutException("once");
        };
        cluster.Storage.BeforeRead = id =>
        {
            if (id == cluster.IdOf("b")) throw new TimeoutException("always");
        };
        await Sweep(cluster);
        (cluster.Reminders.Exists(cluster.IdOf("a")), cluster.Reminders.Exists(cluster.IdOf("b")),
            cluster.Reminders.Exists(cluster.IdOf("c")))
            .ShouldBe((true, false, true));
        cluster.Storage.BeforeRead = null;
        await Sweep(cluster);
        cluster.Reminders.Exists(cluster.IdOf("b")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_start_sweeps_soon_and_a_sweep_that_died_begins_anew_within_a_minute_or_so()
    {
        await using var cluster = await Start();
        await cluster.Device().SetPolicy(new() { Grace = TimeSpan.FromDays(9) });
        await cluster.Connect();
        await cluster.Drop();
        await Sweep(cluster);
        await Lose(cluster);
        await cluster.CrashRound();
        for (var second = 0; second < 75 && !cluster.Reminders.Exists(cluster.IdOf()); second++)
        {
            cluster.Time.Advance(Seconds(1));
            await VirtualCluster.LetOthersRun();
        }

        cluster.Reminders.Exists(cluster.IdOf()).ShouldBeTrue();
    }

    [Fact]
    public async Task Off_is_off()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        await cluster.Drop();
        await Lose(cluster);
        for (var hour = 0; hour < 30; hour++)
        {
            cluster.Time.Advance(TimeSpan.FromHours(1));
            await VirtualCluster.LetOthersRun();
        }

        (cluster.Catalogue.Pages, cluster.Reminders.Exists(cluster.IdOf())).ShouldBe((0, false));
    }

    /// <summary>Things without events: they are looked at again tomorrow, or never.</summary>
    [Fact]
    public async Task Changed_settings_reach_things_that_only_wait()
    {
        var policies = new List<PolicyOptions> { new() { Match = "muted-*", Policy = new() { Muted = true } } };
        await using var cluster = await VirtualCluster.Start(
            options => policies.ForEach(options.Policies.Add), world => world.Rounds.SweepEvery = TimeSpan.FromDays(1));
        await cluster.AdvanceUntil(async () => await cluster.Round().GetState() is { Walking: false, Begun.Year: > 1 });
        await cluster.Connect("muted-1");
        await cluster.Drop("muted-1");
        await cluster.Answers("listed-1").Imported(new(VerifierVerdict.DoesNotKnow));
        await cluster.Advance(Minutes(20));
        cluster.LeaveAlone();
        foreach (var thing in (string[])["muted-1", "listed-1"]) await cluster.Crash(thing);
        cluster.Mail.Attempts.ShouldBe(0);

        // A change that is none for them tells nobody anything.
        policies.Add(new() { Match = "other", Policy = new() { Grace = Minutes(1) } });
        cluster.SettingsChange();
        await cluster.Advance(Minutes(2));
        cluster.Mail.Attempts.ShouldBe(0);

        policies.Clear();
        policies.Add(new() { Match = "listed-*", Policy = new() { ExpectWithin = Minutes(30) } });
        cluster.SettingsChange();
        await cluster.AdvanceUntil(() => cluster.Mail.Accepted.Count == 1);
        cluster.Mail.Accepted[0].ShouldSatisfyAllConditions(
            told => told.ThingName.ShouldBe("muted-1"), told => told.Event.ShouldBe(NotificationEvent.DeviceOffline));
        cluster.Reminders.Exists(cluster.IdOf("listed-1")).ShouldBeTrue("its deadline is to come");
        await cluster.AdvanceUntil(() => cluster.Mail.Accepted.Count == 2);
        cluster.Mail.Events[1].ShouldBe("device.never_seen");
    }

    [Fact]
    public async Task A_round_that_is_under_way_starts_over()
    {
        await using var cluster = await Start();
        await cluster.AdvanceUntil(async () => (await cluster.Round().GetState()).Walking);
        await cluster.Advance(Seconds(5));
        var changed = cluster.Now;
        await cluster.Round().StartOver();
        await cluster.AdvanceUntil(async () => await cluster.Round().GetState() is { Walking: false } done && done.Begun >= changed);
    }
}
