using IoTOrleans.Contracts;
using IoTOrleans.Grains.Tests.Cluster;

namespace IoTOrleans.Grains.Tests.Devices;

public sealed class DeviceGrainTests
{
    [Fact]
    public async Task Flow_Connected_Grace_Offline_Recovering_Connected()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        (await cluster.Status()).Status.ShouldBe(PresenceStatus.Connected);

        await cluster.Advance(TimeSpan.FromMinutes(1));
        await cluster.Drop();
        var grace = await cluster.Status();
        grace.Status.ShouldBe(PresenceStatus.Grace);
        grace.GraceEndsAt.ShouldBe(cluster.Now.AddMinutes(5));

        await cluster.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        cluster.Mail.Attempts.ShouldBe(0);
        await cluster.Advance(TimeSpan.FromSeconds(1));
        cluster.Mail.Events.ShouldBe(["device.offline"]);
        var offline = await cluster.Status();
        offline.Status.ShouldBe(PresenceStatus.Offline);
        offline.OutageId.ShouldBe(grace.OutageId);
        offline.NotifiedAt.ShouldBe(cluster.Now);

        await cluster.Advance(TimeSpan.FromHours(1));
        await cluster.Connect();
        (await cluster.Status()).Status.ShouldBe(PresenceStatus.Recovering);
        await cluster.Advance(TimeSpan.FromMinutes(1));
        cluster.Mail.Events.ShouldBe(["device.offline", "device.recovered"]);
        cluster.Mail.Accepted.Select(n => n.OutageId).Distinct().ShouldBe([grace.OutageId]);
        var well = await cluster.Status();
        well.Status.ShouldBe(PresenceStatus.Connected);
        well.NotificationsSent.ShouldBe(2);
        cluster.Reminders.Exists(cluster.IdOf()).ShouldBeFalse();
    }
}
