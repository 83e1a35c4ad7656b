using IoTOrleans.Contracts;
using IoTOrleans.Grains.Mutes;
using IoTOrleans.Grains.Tests.Cluster;

namespace IoTOrleans.Grains.Tests.Mutes;

/// <summary>Mutes and things on virtual time, in real grains.</summary>
public sealed class MuteGrainTests
{
    private static Mute Of(VirtualCluster cluster, double? minutes, string thing = "rpi-1") => new()
    {
        Id = "m", Thing = thing, From = cluster.Now, Until = minutes is { } m ? cluster.Now + Minutes(m) : null,
        UntilRecovered = minutes is null,
    };

    [Fact]
    public async Task A_thing_that_is_offline_when_its_mute_ends_is_told_once_with_the_true_time()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        await cluster.Mute(Of(cluster, 30));
        await cluster.Drop();
        var since = cluster.Now;
        await cluster.Advance(Minutes(6));
        (await cluster.Status()).MutedBy.ShouldBe(["m"]);
        (await cluster.Status()).Status.ShouldBe(PresenceStatus.Offline);
        await cluster.Advance(Minutes(24) - TimeSpan.FromSeconds(1));
        cluster.Mail.Attempts.ShouldBe(0);
        await cluster.Advance(Minutes(1) + TimeSpan.FromSeconds(1));
        cluster.Mail.Events.ShouldBe(["device.offline"]);
        cluster.Mail.Accepted[0].Since.ShouldBe(since);
        (await cluster.Status()).MutedBy.ShouldBeEmpty();
        await cluster.Advance(Minutes(60));
        cluster.Mail.Attempts.ShouldBe(1);
        (await cluster.Mutes.List()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_thing_that_is_back_when_its_mute_ends_is_not_told_of()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        await cluster.Mute(Of(cluster, 30));
        await cluster.Drop();
        await cluster.Advance(Minutes(20));
        await cluster.Connect();
        await cluster.Advance(Minutes(60));
        cluster.Mail.Attempts.ShouldBe(0);
        (await cluster.Status()).OutagesSuppressed.ShouldBe(1);
        cluster.Reminders.Exists(cluster.IdOf()).ShouldBeFalse();
    }

    [Fact]
    public async Task A_mute_taken_back_early_is_noticed_within_a_minute_and_waiting_for_that_costs_no_write_and_no_read()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        await cluster.Mute(Of(cluster, 60 * 24 * 30));
        await cluster.Drop();
        await cluster.Advance(Minutes(7));
        cluster.LeaveAlone();
        var costs = Costs();
        await cluster.Advance(Minutes(120));
        Costs().ShouldBe(costs);
        cluster.Touch("rpi-1");
        await cluster.Unmute("m");
        await cluster.Advance(Minutes(1) + TimeSpan.FromSeconds(1));
        cluster.Mail.Events.ShouldBe(["device.offline"]);

        (int, int, int, int) Costs() =>
            (cluster.Storage.Reads, cluster.Storage.Writes, cluster.Reminders.Upserts, cluster.Reminders.Removes);
    }

    [Fact]
    public async Task A_silo_that_hears_of_a_change_from_nobody_looks_for_itself_within_seconds()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        await cluster.Drop();
        await cluster.Mutes.Put(Of(cluster, 30));
        var put = cluster.Now;
        await cluster.AdvanceUntil(async () => (await cluster.Status()).MutedBy is ["m"]);
        (cluster.Now - put).ShouldBeLessThan(Minutes(1));
    }

    [Fact]
    public async Task Until_recovered_ends_with_the_return_that_lasts_and_is_taken_from_the_list()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        await cluster.Mute(Of(cluster, null));
        await cluster.Drop();
        await cluster.Advance(Minutes(10));
        await cluster.Connect();
        await cluster.Advance(Minutes(0.5));
        (await cluster.Status()).MutedBy.ShouldBe(["m"]);
        await cluster.Advance(Minutes(1));
        (await cluster.Status()).MutedBy.ShouldBeEmpty();
        await VirtualCluster.Until(async () => (await cluster.Mutes.List()).Count == 0);
        await cluster.MutesAreCopied();
        await cluster.Drop();
        await cluster.Advance(Minutes(5));
        cluster.Mail.Events.ShouldBe(["device.offline"]);
    }

    [Fact]
    public async Task After_a_restart_the_mutes_hold_and_end_as_before()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        await cluster.Mute(Of(cluster, 30));
        await cluster.Drop();
        await cluster.Advance(Minutes(4));
        await cluster.Restart();
        await cluster.Advance(Minutes(6));
        (await cluster.Status()).MutedBy.ShouldBe(["m"]);
        await cluster.Restart();
        await cluster.Advance(Minutes(10));
        cluster.Mail.Attempts.ShouldBe(0);
        await cluster.Advance(Minutes(12));
        cluster.Mail.Events.ShouldBe(["device.offline"]);
    }

    [Fact]
    public async Task While_the_mutes_cannot_be_read_at_a_start_whoever_is_due_waits_but_not_for_ever()
    {
        await using var cluster = await VirtualCluster.Start(
            prepare: world => (world.WaitsForMutes, world.Storage.BeforeRead) = (false, grain => Refuse(grain)));
        await cluster.Connect();
        await cluster.Drop();
        await cluster.AdvanceWithoutRest(Minutes(5.5));
        await cluster.Rest();
        cluster.Mail.Attempts.ShouldBe(0);
        await cluster.Advance(Minutes(1));
        cluster.Mail.Events.ShouldBe(["device.offline"]);
    }

    [Fact]
    public async Task A_verdict_that_waited_for_the_mutes_is_given_as_soon_as_they_are_known()
    {
        var broken = true;
        await using var cluster = await VirtualCluster.Start(prepare: world =>
            (world.WaitsForMutes, world.Storage.BeforeRead) = (false, grain => { if (broken) Refuse(grain); }));
        await cluster.Connect();
        await cluster.Drop();
        await cluster.AdvanceWithoutRest(Minutes(5.2));
        broken = false;
        await VirtualCluster.Until(async () =>
        {
            await cluster.Advance(TimeSpan.FromSeconds(1));
            // Who copies the mutes is no grain, so that the clock does not wait for it.
            await VirtualCluster.LetOthersRun();
            return cluster.Mail.Accepted.Count == 1;
        });
        cluster.Now.ShouldBeLessThan(cluster.Mail.Accepted[0].Since + Minutes(6));
    }

    [Fact]
    public async Task A_mute_that_could_not_be_stored_is_none_and_the_next_attempt_works()
    {
        await using var cluster = await VirtualCluster.Start();
        cluster.Storage.BeforeWrite = grain => Refuse(grain);
        await Should.ThrowAsync<Exception>(() => cluster.Mutes.Put(Of(cluster, 30)));
        (await cluster.Mutes.List()).ShouldBeEmpty();
        cluster.Storage.BeforeWrite = null;
        (await cluster.Mutes.Put(Of(cluster, 30))).ShouldBe(MutePut.Created);
    }

    [Fact]
    public async Task A_mute_whose_storing_was_not_confirmed_holds_and_may_be_put_again()
    {
        await using var cluster = await VirtualCluster.Start();
        cluster.Storage.AfterWrite = grain => Refuse(grain);
        var mute = Of(cluster, 30);
        await Should.ThrowAsync<Exception>(() => cluster.Mutes.Put(mute));
        cluster.Storage.AfterWrite = null;
        (await cluster.Mutes.List()).ShouldBe([mute]);
        var writes = cluster.Storage.Writes;
        (await cluster.Mutes.Put(mute)).ShouldBe(MutePut.Replaced);
        cluster.Storage.Writes.ShouldBe(writes, "it is there already");
    }

    [Fact]
    public async Task A_silo_that_cannot_reach_the_list_keeps_its_last_copy()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        await cluster.Mute(Of(cluster, 30));
        cluster.Storage.BeforeRead = grain => Refuse(grain);
        await cluster.CrashMutes();
        await cluster.Drop();
        await cluster.AdvanceWithoutRest(Minutes(6));
        await cluster.Rest();
        (await cluster.Status()).MutedBy.ShouldBe(["m"]);
        cluster.Mail.Attempts.ShouldBe(0);
    }

    [Fact]
    public async Task Only_so_many_mutes_are_kept()
    {
        await using var cluster = await VirtualCluster.Start();
        var mutes = Enumerable.Range(0, MutesGrain.Most).Select(i => Of(cluster, 30) with { Id = $"m{i}" });
        var state = new MuteList { Mutes = mutes.ToList() };
        cluster.Storage.Overwrite(VirtualCluster.IdOfMutes, state);
        await cluster.CrashMutes();
        (await cluster.Mutes.Put(Of(cluster, 30) with { Id = "one-more" })).ShouldBe(MutePut.Full);
        (await cluster.Mutes.Put(Of(cluster, 40) with { Id = "m7" })).ShouldBe(MutePut.Replaced);
        await cluster.Mutes.Delete("m8");
        (await cluster.Mutes.Put(Of(cluster, 30) with { Id = "one-more" })).ShouldBe(MutePut.Created);
        await cluster.Mutes.Delete("m9");
        (await cluster.Mutes.Put(Of(cluster, 30) with { Id = "too-long", Comment = new string('x', MutesGrain.MostBytes) }))
            .ShouldBe(MutePut.Full);
        await cluster.Advance(Minutes(42));
        cluster.Storage.JsonOf(VirtualCluster.IdOfMutes)!.ShouldNotContain("thing");
    }

    private static void Refuse(GrainId grain)
    {
        if (grain == VirtualCluster.IdOfMutes) throw new InvalidOperationException("Storage is down.");
    }
}
