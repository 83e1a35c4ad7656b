using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Tests.Cluster;

namespace IoTOrleans.Grains.Tests.Devices;

/// <summary>Flapping through the real grain: mark, send, record, and what dies in between.</summary>
public sealed class FlappingGrainTests
{
    private static async Task Blips(VirtualCluster cluster, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await cluster.Advance(TimeSpan.FromSeconds(10));
            await cluster.Drop();
            await cluster.Advance(TimeSpan.FromSeconds(5));
            await cluster.Connect();
        }
    }

    [Fact]
    public async Task It_is_told_once_as_flapping_and_once_as_steady_and_has_a_reminder_in_between()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        await Blips(cluster, 9);
        await cluster.Rest();
        cluster.Mail.Events.ShouldBe(["device.flapping"]);
        (await cluster.Status()).Status.ShouldBe(PresenceStatus.Connected);
        (await cluster.Status()).FlappingSince.ShouldNotBeNull();
        cluster.Reminders.Exists(cluster.IdOf()).ShouldBeTrue();

        await cluster.Crash();
        await cluster.Advance(Minutes(61));
        cluster.Mail.Events.ShouldBe(["device.flapping", "device.steady"]);
        cluster.Mail.Accepted.Select(n => n.OutageId).Distinct().Count().ShouldBe(1);
        cluster.Mail.Accepted[1].Drops.ShouldBe(9);
        cluster.Reminders.Exists(cluster.IdOf()).ShouldBeFalse();
        (await cluster.Status()).FlappingSince.ShouldBeNull();
    }

    [Fact]
    public async Task A_mark_that_could_not_be_written_tells_nobody_until_the_event_comes_again()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        await Blips(cluster, 5);
        await cluster.Drop();
        await cluster.Advance(TimeSpan.FromSeconds(5));
        cluster.Storage.BeforeWrite = _ => throw new TimeoutException("the table does not answer");
        await Should.ThrowAsync<Exception>(() => cluster.Connect());
        await cluster.Rest();
        cluster.Mail.Attempts.ShouldBe(0);
        cluster.Storage.BeforeWrite = null;
        await cluster.Connect();
        await cluster.Rest();
        cluster.Mail.Events.ShouldBe(["device.flapping"]);
    }

    [Fact]
    public async Task An_activation_that_dies_between_mark_and_send_leaves_it_to_the_next()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        await Blips(cluster, 5);
        await cluster.Drop();
        await cluster.Advance(TimeSpan.FromSeconds(5));
        cluster.Storage.AfterWrite = _ => throw new TimeoutException("written, and the answer is lost");
        await Should.ThrowAsync<Exception>(() => cluster.Connect());
        cluster.Storage.AfterWrite = null;
        cluster.Mail.Attempts.ShouldBe(0);
        cluster.Reminders.Exists(cluster.IdOf()).ShouldBeTrue();
        await cluster.Advance(Minutes(7));
        cluster.Mail.Events.ShouldBe(["device.flapping"]);
    }

    [Fact]
    public async Task An_answer_that_is_lost_leads_to_a_repeat_with_the_same_id()
    {
        await using var cluster = await VirtualCluster.Start();
        var accepted = new List<string>();
        cluster.Mail.Answer = notification =>
        {
            accepted.Add(notification.Key);
            return Task.FromResult(
                accepted.Count == 1 ? DeliveryAnswer.Failed("the answer was lost on the way") : DeliveryAnswer.Accepted());
        };
        await cluster.Connect();
        await Blips(cluster, 6);
        await cluster.Rest();
        await cluster.Crash();
        await cluster.Advance(Minutes(3));
        accepted.Count.ShouldBe(2);
        accepted.Distinct().Count().ShouldBe(1);
        await cluster.Advance(Minutes(60));
        cluster.Mail.Events.ShouldBe(["device.flapping", "device.steady"]);
    }

    [Fact]
    public async Task A_destination_that_is_down_is_told_later_and_does_not_keep_the_other_waiting()
    {
        await using var cluster = await VirtualCluster.Start(prepare: world => world.Destinations.Add(new TestDestination("hook")));
        var up = cluster.Now.AddMinutes(10);
        cluster.Destinations[1].Answer = _ => Task.FromResult(cluster.Now < up ? DeliveryAnswer.Failed("503") : DeliveryAnswer.Accepted());
        await cluster.Connect();
        await Blips(cluster, 6);
        await cluster.Rest();
        cluster.Mail.Events.ShouldBe(["device.flapping"]);
        cluster.Destinations[1].Events.ShouldBeEmpty();
        await cluster.Advance(Minutes(20));
        cluster.Destinations[1].Events.ShouldBe(["device.flapping"]);
    }
}
