using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Tests.Cluster;

namespace IoTOrleans.Grains.Tests.Devices;

/// <summary>The grain on virtual time, while everything goes well.</summary>
public sealed class DeviceGrainTests
{
    [Fact]
    public async Task Flow_Connected_Grace_Offline_Recovering_Connected()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        (await cluster.Status()).Status.ShouldBe(PresenceStatus.Connected);

        await cluster.Advance(Minutes(1));
        await cluster.Drop();
        var grace = await cluster.Status();
        grace.Status.ShouldBe(PresenceStatus.Grace);
        grace.GraceEndsAt.ShouldBe(cluster.Now.AddMinutes(5));

        await cluster.Advance(Minutes(5) - Seconds(1));
        cluster.Mail.Attempts.ShouldBe(0);
        await cluster.Advance(Seconds(1));
        cluster.Mail.Events.ShouldBe(["device.offline"]);
        var offline = await cluster.Status();
        offline.Status.ShouldBe(PresenceStatus.Offline);
        offline.OutageId.ShouldBe(grace.OutageId);
        offline.NotifiedAt.ShouldBe(cluster.Now);

        await cluster.Advance(TimeSpan.FromHours(1));
        await cluster.Connect();
        (await cluster.Status()).Status.ShouldBe(PresenceStatus.Recovering);
        await cluster.Advance(Minutes(1));
        cluster.Mail.Events.ShouldBe(["device.offline", "device.recovered"]);
        cluster.Mail.Accepted.Select(n => n.OutageId).Distinct().ShouldBe([grace.OutageId!]);
        var well = await cluster.Status();
        well.Status.ShouldBe(PresenceStatus.Connected);
        well.NotificationsSent.ShouldBe(2);
        cluster.Reminders.Exists(cluster.IdOf()).ShouldBeFalse();
    }

    [Fact]
    public async Task Flow_Connected_Grace_Connected_SendsNothing()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        await cluster.Advance(Minutes(1));
        await cluster.Drop();
        await cluster.Advance(Minutes(4));
        await cluster.Connect();
        cluster.Reminders.Exists(cluster.IdOf()).ShouldBeFalse();
        await cluster.Advance(TimeSpan.FromHours(1));
        cluster.Mail.Attempts.ShouldBe(0);
        (await cluster.Status()).OutagesSuppressed.ShouldBe(1);
    }

    /// <summary>field.md: 4 write units a cycle in grace, 9 for a told outage with its recovery, one unit a write.</summary>
    [Fact]
    public async Task Writes_are_counted()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        await cluster.Advance(Minutes(1));
        var (writes, reminders) = Counts();
        await cluster.Drop();
        await cluster.Advance(Minutes(1));
        await cluster.Connect();
        await cluster.Advance(Minutes(10));
        Counts().ShouldBe((writes + 2, reminders + 2));

        (writes, reminders) = Counts();
        await cluster.Drop();
        await cluster.Advance(Minutes(8));
        await cluster.Connect();
        await cluster.Advance(Minutes(10));
        cluster.Mail.Events.ShouldBe(["device.offline", "device.recovered"]);
        Counts().ShouldBe((writes + 5, reminders + 4));

        (int Writes, int Reminders) Counts() => (cluster.Storage.Writes, cluster.Reminders.Upserts + cluster.Reminders.Removes);
    }

    /// <summary>Timer and reminder fall due together: the reminder's tick may come when the reminder has just been moved.</summary>
    [Fact]
    public async Task A_tick_that_was_under_way_when_the_reminder_was_moved_does_not_move_it_again()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        await cluster.Drop();
        await cluster.Advance(Minutes(5));
        var upserts = cluster.Reminders.Upserts;
        await cluster.Remind();
        cluster.Reminders.Upserts.ShouldBe(upserts);
        cluster.Reminders.StartAt(cluster.IdOf()).ShouldBe(cluster.Now.AddDays(1));
    }

    [Fact]
    public async Task A_cycle_in_grace_after_the_activation_was_collected_costs_three_reads()
    {
        await using var cluster = await VirtualCluster.Start(
            presence => presence.Policy = presence.Policy with { Grace = TimeSpan.FromHours(1) });
        cluster.LeaveAlone();
        await cluster.Connect();
        await cluster.Crash();
        var reads = cluster.Storage.Reads + cluster.Reminders.Reads;
        await cluster.Drop();
        await cluster.Crash();
        await cluster.Advance(Minutes(30));
        await cluster.Connect();
        (cluster.Storage.Reads + cluster.Reminders.Reads - reads).ShouldBe(3);
    }

    [Fact]
    public async Task Asking_about_a_stranger_leaves_no_trace()
    {
        await using var cluster = await VirtualCluster.Start();
        (await cluster.Device("stranger").GetStatus()).ShouldBeNull();
        (await cluster.Device("stranger").GetState()).Connected.ShouldBeNull();
        cluster.Storage.JsonOf(cluster.IdOf("stranger")).ShouldBeNull();
        cluster.Reminders.Exists(cluster.IdOf("stranger")).ShouldBeFalse();
    }

    [Fact]
    public async Task Forgetting_takes_state_and_clock()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        await cluster.Drop();
        await cluster.Device().Forget();
        (await cluster.Device().GetStatus()).ShouldBeNull();
        cluster.Storage.JsonOf(cluster.IdOf()).ShouldBeNull();
        cluster.Reminders.Exists(cluster.IdOf()).ShouldBeFalse();
        await cluster.Advance(Minutes(10));
        cluster.Mail.Attempts.ShouldBe(0);
        await cluster.Drop();
        (await cluster.Status()).Status.ShouldBe(PresenceStatus.Grace);
    }

    [Fact]
    public async Task A_grace_of_hours_survives_the_collection_of_its_activation()
    {
        await using var cluster = await VirtualCluster.Start(
            presence => presence.Policy = presence.Policy with { Grace = TimeSpan.FromHours(6) });
        await cluster.Connect();
        await cluster.Drop();
        await cluster.Crash();
        await cluster.Advance(TimeSpan.FromHours(6) - Seconds(1));
        cluster.Mail.Attempts.ShouldBe(0);
        await cluster.Advance(Seconds(1));
        cluster.Mail.Events.ShouldBe(["device.offline"]);
    }

    [Fact]
    public async Task A_thing_that_its_verifier_knows_to_be_back_is_healed_and_nobody_is_told()
    {
        await using var cluster = await VirtualCluster.Start(
            prepare: Verified(world => new VerifierAnswer(VerifierVerdict.Connected, world.Now.AddMinutes(-1), 12)));
        await cluster.Connect();
        await cluster.Advance(Minutes(1));
        await cluster.Drop();
        await cluster.Advance(Minutes(5));
        cluster.Verifier.Asked.ShouldBe(1);
        (await cluster.Status()).Status.ShouldBe(PresenceStatus.Connected);
        cluster.Mail.Attempts.ShouldBe(0);
    }

    [Fact]
    public async Task A_reconnect_does_not_wait_behind_a_slow_verifier()
    {
        var answer = new TaskCompletionSource<VerifierAnswer>();
        await using var cluster = await VirtualCluster.Start(prepare: world => world.Verifier.Answer = _ => answer.Task);
        await cluster.Connect();
        await cluster.Drop();
        await cluster.AdvanceWithoutRest(Minutes(5));
        await VirtualCluster.Until(() => cluster.Verifier.Asked == 1);
        await cluster.Connect();
        (await cluster.Status()).Status.ShouldBe(PresenceStatus.Connected);
        answer.SetResult(new VerifierAnswer(VerifierVerdict.Disconnected, cluster.Now.AddMinutes(-5), 11));
        await cluster.Advance(Minutes(3));
        cluster.Mail.Attempts.ShouldBe(0);
    }

    [Fact]
    public async Task A_destination_that_hangs_delays_no_other()
    {
        var hang = new TaskCompletionSource<DeliveryAnswer>();
        await using var cluster = await VirtualCluster.Start(
            prepare: world => world.Destinations.Add(new TestDestination("hook") { Answer = _ => hang.Task }));
        await cluster.Connect();
        await cluster.Drop();
        await cluster.AdvanceWithoutRest(Minutes(5));
        await VirtualCluster.Until(() => cluster.Mail.Accepted.Count == 1);
        await VirtualCluster.Until(() => cluster.Destinations[1].Attempts == 1);
        hang.SetResult(DeliveryAnswer.Accepted());
        await cluster.Advance(Minutes(3));
        cluster.Destinations[1].Events.ShouldBe(["device.offline"]);
        cluster.Mail.Events.ShouldBe(["device.offline"]);
    }

    [Fact]
    public async Task A_destination_that_is_down_for_three_minutes_hears_of_it_when_it_is_back()
    {
        await using var cluster = await VirtualCluster.Start(prepare: world => world.Destinations.Add(new TestDestination("hook")));
        var back = cluster.Now.AddMinutes(8);
        cluster.Destinations[1].Answer = _ =>
            Task.FromResult(cluster.Now < back ? DeliveryAnswer.Failed("503") : DeliveryAnswer.Accepted());
        await cluster.Connect();
        await cluster.Drop();
        await cluster.Advance(Minutes(20));
        cluster.Mail.Events.ShouldBe(["device.offline"]);
        cluster.Destinations[1].Events.ShouldBe(["device.offline"]);
        await cluster.Connect();
        await cluster.Advance(Minutes(5));
        cluster.Mail.Events.ShouldBe(["device.offline", "device.recovered"]);
        cluster.Destinations[1].Events.ShouldBe(["device.offline", "device.recovered"]);
    }

    [Fact]
    public async Task A_policy_is_chosen_by_glob_and_tells_only_whom_it_names()
    {
        await using var cluster = await VirtualCluster.Start(
            presence => presence.Policies.Add(new() { Match = "door-*", Policy = new() { Grace = Minutes(1), Notify = ["hook"] } }),
            world => world.Destinations.Add(new TestDestination("hook")));
        cluster.Touch("door-3");
        await cluster.Connect("door-3");
        await cluster.Drop("door-3");
        await cluster.Advance(Minutes(1));
        cluster.Destinations[1].Events.ShouldBe(["device.offline"]);
        cluster.Mail.Attempts.ShouldBe(0);
    }

    private static Action<VirtualCluster> Verified(Func<VirtualCluster, VerifierAnswer> answer) =>
        world => world.Verifier.Answer = _ => Task.FromResult(answer(world));
}
