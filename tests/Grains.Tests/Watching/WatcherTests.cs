using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Tests.Cluster;

namespace IoTOrleans.Grains.Tests.Watching;

/// <summary>People hear once that we do not know, and once that we know again.</summary>
public sealed class WatcherTests
{
    private static readonly TimeSpan TenSeconds = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Blind_is_told_once_after_five_minutes_and_ok_once()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Watcher.GetState();
        var lastKnown = cluster.Now;
        await Pass(cluster, TimeSpan.FromMinutes(5), () => lastKnown);
        cluster.Mail.Events.ShouldBeEmpty();

        await Pass(cluster, TimeSpan.FromMinutes(10), () => lastKnown);
        var blind = cluster.Mail.Accepted.ShouldHaveSingleItem();
        blind.Event.ShouldBe(NotificationEvent.WatcherBlind);
        blind.Since.ShouldBe(lastKnown);

        await Pass(cluster, TimeSpan.FromMinutes(5), () => cluster.Now);
        cluster.Mail.Events.ShouldBe(["watcher.blind", "watcher.ok"]);
        cluster.Mail.Accepted[1].OutageId.ShouldBe(blind.OutageId);
        (await cluster.Watcher.GetState()).Blindness.ShouldBeNull();
    }

    [Fact]
    public async Task A_silo_that_knows_nothing_does_not_speak_for_one_that_does()
    {
        await using var cluster = await VirtualCluster.Start();
        await Pass(cluster, TimeSpan.FromMinutes(10), () => null, () => cluster.Now);
        cluster.Mail.Events.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_end_is_told_also_by_whoever_comes_after_the_silo_that_told_the_beginning()
    {
        await using var cluster = await VirtualCluster.Start();
        await Pass(cluster, TimeSpan.FromMinutes(6), () => null);
        await cluster.CrashWatcher();
        await Pass(cluster, TimeSpan.FromMinutes(6), () => null);
        cluster.Mail.Events.ShouldBe(["watcher.blind"]);

        await Pass(cluster, TimeSpan.FromMinutes(1), () => cluster.Now);
        cluster.Mail.Events.ShouldBe(["watcher.blind", "watcher.ok"]);
    }

    [Fact]
    public async Task It_is_told_also_while_nothing_can_be_stored()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Watcher.GetState();
        cluster.Storage.BeforeWrite = _ => throw new TimeoutException("storage is down");
        await Pass(cluster, TimeSpan.FromMinutes(7), () => null);
        cluster.Mail.Events.ShouldBe(["watcher.blind"]);
        await Pass(cluster, TimeSpan.FromMinutes(1), () => cluster.Now);
        cluster.Mail.Events.ShouldBe(["watcher.blind", "watcher.ok"]);
    }

    [Fact]
    public async Task A_destination_that_is_down_hears_of_it_when_it_is_up_and_one_that_never_was_hears_no_end()
    {
        await using var cluster = await VirtualCluster.Start(prepare: cluster => cluster.Destinations.Add(new TestDestination("hook")));
        cluster.Mail.Answer = _ => Task.FromResult(DeliveryAnswer.Failed("down"));
        cluster.Destinations[1].Answer = _ => Task.FromResult(DeliveryAnswer.Failed("down"));
        await Pass(cluster, TimeSpan.FromMinutes(7), () => null);
        cluster.Mail.Answer = null;
        await Pass(cluster, TimeSpan.FromSeconds(30), () => null);
        cluster.Mail.Events.ShouldBe(["watcher.blind"]);
        cluster.Destinations[1].Answer = null;
        await Pass(cluster, TimeSpan.FromSeconds(20), () => cluster.Now);
        cluster.Mail.Events.ShouldBe(["watcher.blind", "watcher.ok"]);
        cluster.Destinations[1].Events.ShouldBeEmpty();
    }

    /// <summary>Each silo says so every ten seconds.</summary>
    private static async Task Pass(VirtualCluster cluster, TimeSpan time, params Func<DateTimeOffset?>[] seenUntil)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TenSeconds)
        {
            await cluster.Advance(TenSeconds);
            foreach (var seen in seenUntil) await cluster.Watcher.Look(seen());
            await cluster.Rest();
        }
    }
}
