using IoTOrleans.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Runtime;

namespace IoTOrleans.DynamoDB.Tests.Cluster;

public sealed class ClusterTests : TestWithTables
{
    [Fact]
    public async Task Silos_that_start_together_find_each_other_and_share_one_fleet()
    {
        await using var cloud = new Cloud(Tables);
        var silos = await Task.WhenAll(cloud.StartSilo(), cloud.StartSilo());
        var client = await cloud.StartClient();
        var things = Enumerable.Range(0, 20).Select(i => $"thing-{i}").ToList();

        foreach (var thing in things) await Report(silos[0], thing, connected: true);
        foreach (var thing in things) await Report(silos[1], thing, connected: false);

        foreach (var thing in things)
            (await client.GetGrain<IDeviceGrain>(thing).GetStatus())!.Status.ShouldBe(PresenceStatus.Grace);
        var members = await client.GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true);
        members.Keys.ShouldBe(silos.Select(AddressOf), ignoreOrder: true);
        var reminders = silos[0].Services.GetRequiredService<IReminderTable>();
        (await reminders.ReadRows(0, 0)).Reminders.Count.ShouldBe(20);
        var listed = await silos[0].Services.GetRequiredKeyedService<DynamoDBGrainStorage>("Default")
            .ListGrains("device", GrainType.Create("device"), 100, null, TestContext.Current.CancellationToken);
        listed.Grains.Select(grain => grain.GrainId.Key.ToString()).ShouldBe(things, ignoreOrder: true);
    }

    [Fact]
    public async Task State_and_reminders_outlive_the_silos_and_a_silo_that_leaves_says_so()
    {
        DateTimeOffset? graceEndsAt;
        await using var cloud = new Cloud(Tables);
        var first = await cloud.StartSilo();
        await Report(first, "rpi-1", connected: true);
        await Report(first, "rpi-1", connected: false);
        graceEndsAt = (await Status(first, "rpi-1"))!.GraceEndsAt;
        graceEndsAt.ShouldNotBeNull();
        await first.StopAsync(TestContext.Current.CancellationToken);

        var second = await cloud.StartSilo();

        (await Status(second, "rpi-1"))!.GraceEndsAt.ShouldBe(graceEndsAt);
        (await second.Services.GetRequiredService<IReminderTable>().ReadRows(1, 1)).Reminders.ShouldHaveSingleItem();
        var members = (await second.Services.GetRequiredService<IMembershipTable>().ReadAllAsync()).Members;
        members.Select(member => member.Item1.Status).ShouldBe([SiloStatus.Active, SiloStatus.Dead], ignoreOrder: true);
    }

    private static SiloAddress AddressOf(IHost silo) => silo.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress;

    private static Task<PresenceReason> Report(IHost silo, string thing, bool connected)
    {
        var now = TimeProvider.System.GetUtcNow();
        return silo.Services.GetRequiredService<IGrainFactory>().GetGrain<IDeviceGrain>(thing)
            .Report(new ConnectionChange(connected, ChangeKind.Time, EventSource.Queue, now, now));
    }

    private static Task<DeviceStatus?> Status(IHost silo, string thing) =>
        silo.Services.GetRequiredService<IGrainFactory>().GetGrain<IDeviceGrain>(thing).GetStatus();
}
