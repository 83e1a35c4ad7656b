using IoTOrleans.Contracts;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Tests.Cluster;

namespace IoTOrleans.Grains.Tests.Devices;

/// <summary>A thing is forgotten: whoever was told of it must not wait for its return for ever.</summary>
public sealed class RemovalTests
{
    [Fact]
    public async Task Who_was_told_of_it_is_told_that_it_was_removed_and_then_nothing_is_left_of_it()
    {
        await using var cluster = await VirtualCluster.Start();
        var outage = await Told(cluster);
        await cluster.Device().Forget();
        (await cluster.Device().GetStatus()).ShouldBeNull("it is a stranger at once");
        await cluster.Rest();
        cluster.Mail.Events.ShouldBe(["device.offline", "device.removed"]);
        cluster.Mail.Accepted[1].OutageId.ShouldBe(outage);
        await NothingIsLeft(cluster);
        await cluster.Advance(Minutes(20));
        cluster.Mail.Attempts.ShouldBe(2);
    }

    [Fact]
    public async Task One_whose_own_policy_told_of_its_return_is_told_to_be_removed_though_the_settings_would_not()
    {
        await using var cluster = await VirtualCluster.Start(options => options.Policy = options.Policy with { NotifyRecovery = false });
        await cluster.Device().SetPolicy(new PolicySettings { NotifyRecovery = true });
        await Told(cluster);
        await cluster.Device().Forget();
        await cluster.Rest();
        cluster.Mail.Events.ShouldBe(["device.offline", "device.removed"]);
        await NothingIsLeft(cluster);
    }

    [Fact]
    public async Task The_word_does_not_overtake_the_outage_that_is_under_way()
    {
        await using var cluster = await VirtualCluster.Start();
        var answer = new TaskCompletionSource<DeliveryAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        cluster.Mail.Answer = told => told.Event == NotificationEvent.DeviceOffline ? answer.Task : Task.FromResult(DeliveryAnswer.Accepted());
        await cluster.Connect();
        await cluster.Drop();
        await cluster.AdvanceWithoutRest(Minutes(5.1));
        await VirtualCluster.Until(() => cluster.Mail.Attempts == 1);
        await cluster.Device().Forget();
        await VirtualCluster.LetOthersRun();
        cluster.Mail.Attempts.ShouldBe(1);
        answer.SetResult(DeliveryAnswer.Accepted());
        await VirtualCluster.Until(() => cluster.Mail.Accepted.Count == 2);
        cluster.Mail.Events.ShouldBe(["device.offline", "device.removed"]);
    }

    [Fact]
    public async Task The_word_survives_a_destination_that_is_down_and_the_end_of_the_activation()
    {
        await using var cluster = await VirtualCluster.Start();
        var outage = await Told(cluster);
        cluster.Mail.Answer = _ => Task.FromResult(DeliveryAnswer.Failed("HTTP 503"));
        await cluster.Device().Forget();
        await cluster.Rest();
        await cluster.Crash();
        cluster.Reminders.Exists(cluster.IdOf()).ShouldBeTrue();
        (await cluster.Device().GetStatus()).ShouldBeNull();
        cluster.Mail.Answer = null;
        await cluster.Advance(Minutes(20));
        (cluster.Mail.Accepted[^1].Event, cluster.Mail.Accepted[^1].OutageId).ShouldBe((NotificationEvent.DeviceRemoved, outage));
        await NothingIsLeft(cluster);
    }

    [Fact]
    public async Task A_write_that_fails_fails_the_call_and_the_next_one_forgets_it()
    {
        await using var cluster = await VirtualCluster.Start();
        await Told(cluster);
        cluster.Storage.BeforeWrite = id =>
        {
            if (id == cluster.IdOf()) throw new TimeoutException("no answer");
        };
        await Should.ThrowAsync<Exception>(() => cluster.Device().Forget());
        cluster.Storage.BeforeWrite = null;
        (await cluster.Status()).Status.ShouldBe(PresenceStatus.Offline);
        await cluster.Device().Forget();
        await cluster.Rest();
        cluster.Mail.Events.ShouldBe(["device.offline", "device.removed"]);
    }

    [Fact]
    public async Task One_that_comes_again_before_the_word_is_out_begins_anew_and_the_word_goes_out()
    {
        await using var cluster = await VirtualCluster.Start();
        var outage = await Told(cluster);
        cluster.Mail.Answer = _ => Task.FromResult(DeliveryAnswer.Failed("HTTP 503"));
        await cluster.Device().Forget();
        await cluster.Rest();
        await cluster.Connect();
        (await cluster.Status()).Status.ShouldBe(PresenceStatus.Connected);
        await cluster.Drop();
        cluster.Mail.Answer = null;
        await cluster.Advance(Minutes(20));
        cluster.Mail.Events.ShouldBe(["device.offline", "device.removed", "device.offline"]);
        cluster.Mail.Accepted[1].OutageId.ShouldBe(outage);
        cluster.Mail.Accepted[2].OutageId.ShouldNotBe(outage);
        (await cluster.Status()).Status.ShouldBe(PresenceStatus.Offline);
    }

    [Fact]
    public async Task A_mute_until_it_has_recovered_ends()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        await cluster.Mute(new Mute { Id = "attic", Thing = "rpi-1", From = cluster.Now, UntilRecovered = true });
        await cluster.Mute(new Mute { Id = "all", Glob = "*", From = cluster.Now, UntilRecovered = true });
        await cluster.Drop();
        await cluster.Advance(Minutes(6));
        await cluster.Device().Forget();
        (await cluster.Mutes.List()).Select(mute => mute.Id).ShouldBe(["all"]);
        await NothingIsLeft(cluster);
        cluster.Mail.Attempts.ShouldBe(0);
    }

    [Fact]
    public async Task Its_incident_ends_without_it_and_an_alert_of_its_own_is_closed()
    {
        await using var cluster = await VirtualCluster.Start(prepare: world =>
            world.Destinations.Add(new TestDestination("pager") { Terms = new DestinationTerms { Collapse = false, AlertPerOutage = true } }));
        var names = Enumerable.Range(0, 12).Select(i => $"thing-{i}").ToArray();
        cluster.Touch(names);
        foreach (var name in names) await cluster.Connect(name);
        foreach (var name in names) await cluster.Drop(name);
        await cluster.Advance(Minutes(6));
        var incident = cluster.Mail.Incidents.ShouldHaveSingleItem();
        incident.Count.ShouldBe(7);
        var member = incident.Things[0];
        var outage = (await cluster.Device(member).GetState()).Outage!.Id;

        await cluster.Device(member).Forget();
        await cluster.Advance(Minutes(1));
        foreach (var destination in cluster.Destinations)
            destination.Accepted.Single(told => told.Event == NotificationEvent.DeviceRemoved).OutageId.ShouldBe(outage, destination.Name);

        foreach (var name in names.Where(name => name != member)) await cluster.Connect(name);
        await cluster.Advance(Minutes(4));
        var end = cluster.Mail.Incidents.Single(told => told.Event == FleetEvent.FleetRecovered);
        (end.IncidentId, end.Count, end.Back, end.Removed).ShouldBe((incident.IncidentId, 7, 6, 1));
    }

    private static async Task<string> Told(VirtualCluster cluster)
    {
        await cluster.Connect();
        await cluster.Drop();
        await cluster.Advance(Minutes(6));
        cluster.Mail.Events.ShouldBe(["device.offline"]);
        return cluster.Mail.Accepted[0].OutageId;
    }

    private static async Task NothingIsLeft(VirtualCluster cluster)
    {
        await VirtualCluster.Until(() => cluster.Storage.JsonOf(cluster.IdOf()) is null);
        cluster.Reminders.Exists(cluster.IdOf()).ShouldBeFalse();
    }
}
