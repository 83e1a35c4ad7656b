using IoTOrleans.Contracts;
using IoTOrleans.Grains.Tests.Cluster;

namespace IoTOrleans.Grains.Tests.Devices;

/// <summary>Connect failures cost no write of their own, or one; and of a thing that is not known there is no trace.</summary>
public sealed class ConnectFailureGrainTests
{
    [Fact]
    public async Task An_unknown_thing_leaves_no_trace_and_leaves_memory()
    {
        await using var cluster = await VirtualCluster.Start();
        var writes = cluster.Storage.Writes;
        for (var i = 0; i < 100; i++) (await Refuse(cluster, $"made-up-{i}")).ShouldBe(0);

        await VirtualCluster.Until(() => Enumerable.Range(0, 100).All(i => !cluster.IsInMemory($"made-up-{i}")));
        (cluster.Storage.Writes, cluster.Reminders.Upserts).ShouldBe((writes, 0));
        (await cluster.Device("made-up-7").GetStatus()).ShouldBeNull();

        await cluster.Connect("made-up-7");
        await cluster.Crash("made-up-7");
        (await Refuse(cluster, "made-up-7")).ShouldBe(0);
        cluster.IsInMemory("made-up-7").ShouldBeTrue();
    }

    [Fact]
    public async Task They_come_with_the_notification_and_cost_no_write()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        await cluster.Drop();
        var writes = cluster.Storage.Writes;
        for (var i = 0; i < 60; i++)
        {
            await cluster.Advance(Seconds(5));
            if (i < 40) (await Refuse(cluster)).ShouldBe(1);
        }

        cluster.Mail.Accepted.ShouldHaveSingleItem().Refused!.Count.ShouldBe(40);
        cluster.Storage.Writes.ShouldBe(writes + 2, "that it is told, and that the mail was accepted");
        cluster.Storage.Read<DeviceState>(cluster.IdOf())!.Outage!.ConnectFailures!.Count.ShouldBe(40);

        for (var i = 0; i < 20; i++)
        {
            await cluster.Advance(Seconds(5));
            await Refuse(cluster);
        }

        (await cluster.Device().GetState()).Outage!.ConnectFailures!.Count.ShouldBe(60, "known before it is stored");
        cluster.Storage.Writes.ShouldBe(writes + 2);
        cluster.Storage.Read<DeviceState>(cluster.IdOf())!.Outage!.ConnectFailures!.Count.ShouldBe(40);
        await cluster.Advance(Minutes(10));
        await cluster.Connect();
        await cluster.Advance(Minutes(1));
        cluster.Mail.Accepted[^1].Refused!.Count.ShouldBe(60);
    }

    [Fact]
    public async Task An_activation_that_ends_before_any_write_stores_the_first_ones_and_never_again()
    {
        await using var cluster = await VirtualCluster.Start(
            options => options.Policy = options.Policy with { Grace = TimeSpan.FromHours(1) }, WhereIdleGrainsAreCollected);
        await cluster.Connect();
        await cluster.Drop();
        var writes = cluster.Storage.Writes;
        await Refuse(cluster, at: cluster.Now.AddSeconds(1));
        await cluster.CollectIdle();
        await VirtualCluster.Until(() => !cluster.IsInMemory("rpi-1"));
        cluster.Storage.Writes.ShouldBe(writes + 1);

        await Refuse(cluster, at: cluster.Now.AddSeconds(2));
        (await cluster.Device().GetState()).Outage!.ConnectFailures!.Count.ShouldBe(2);
        await cluster.CollectIdle();
        await VirtualCluster.Until(() => !cluster.IsInMemory("rpi-1"));
        cluster.Storage.Writes.ShouldBe(writes + 1);
        cluster.LeaveAlone();
        await cluster.Advance(TimeSpan.FromHours(1) + Seconds(1));
        await VirtualCluster.Until(() => cluster.Mail.Events is ["device.offline"]);
        cluster.Mail.Accepted.ShouldHaveSingleItem().Refused!.Count.ShouldBe(1, "a lower bound");
    }

    /// <summary>What an activation of a stale silo knows goes no further than its memory.</summary>
    [Fact]
    public async Task Another_activation_that_wrote_meanwhile_is_not_overwritten()
    {
        await using var cluster = await VirtualCluster.Start(prepare: WhereIdleGrainsAreCollected);
        await cluster.Connect();
        await cluster.Drop();
        await Refuse(cluster, at: cluster.Now.AddSeconds(1));
        var known = cluster.Storage.Read<DeviceState>(cluster.IdOf())!;
        cluster.Storage.Overwrite(cluster.IdOf(), known with { Connected = true, Outage = null });
        await cluster.CollectIdle();
        await VirtualCluster.Until(() => !cluster.IsInMemory("rpi-1"));
        cluster.Storage.Read<DeviceState>(cluster.IdOf())!.Connected.ShouldBe(true);
        (await cluster.Status()).Status.ShouldBe(PresenceStatus.Connected);
    }

    /// <summary>Orleans collects by the clock of the machine.</summary>
    private static void WhereIdleGrainsAreCollected(VirtualCluster cluster) =>
        cluster.Time.SetUtcNow(TimeProvider.System.GetUtcNow().AddYears(1));

    private static Task<int> Refuse(VirtualCluster cluster, string thingName = "rpi-1", DateTimeOffset? at = null) =>
        cluster.Device(thingName).ConnectFailed(
            (ConnectFailure[])[new(at ?? cluster.Now, at ?? cluster.Now, "AUTHORIZATION_FAILED")]);
}
