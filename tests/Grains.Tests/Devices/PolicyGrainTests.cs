using IoTOrleans.Contracts;
using IoTOrleans.Grains.Tests.Cluster;

namespace IoTOrleans.Grains.Tests.Devices;

/// <summary>A policy that is set for one thing, through the real grain: clock and reminder move in the same call.</summary>
public sealed class PolicyGrainTests
{
    [Fact]
    public async Task A_shorter_grace_tells_sooner_and_the_reminder_moves_nearer_in_the_same_call()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        var dropped = cluster.Now;
        await cluster.Drop();
        await cluster.Device().SetPolicy(new() { Grace = Minutes(2) });
        cluster.Reminders.StartAt(cluster.IdOf()).ShouldBe(dropped + Minutes(2));
        (await cluster.Status()).GraceEndsAt.ShouldBe(dropped + Minutes(2));
        await cluster.Advance(Minutes(2) - TimeSpan.FromSeconds(1));
        cluster.Mail.Attempts.ShouldBe(0);
        await cluster.Advance(TimeSpan.FromSeconds(2));
        cluster.Mail.Events.ShouldBe(["device.offline"]);
    }

    [Fact]
    public async Task A_longer_grace_tells_later_and_the_reminder_moves_later_in_the_same_call()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        var dropped = cluster.Now;
        await cluster.Drop();
        await cluster.Advance(Minutes(1));
        await cluster.Crash();
        await cluster.Device().SetPolicy(new() { Grace = Minutes(30) });
        cluster.Reminders.StartAt(cluster.IdOf()).ShouldBe(dropped + Minutes(30));
        await cluster.Crash();
        await cluster.Advance(Minutes(28));
        cluster.Mail.Attempts.ShouldBe(0);
        await cluster.Advance(Minutes(2));
        cluster.Mail.Events.ShouldBe(["device.offline"]);
    }

    [Fact]
    public async Task One_that_has_passed_already_is_due_at_once()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        await cluster.Drop();
        await cluster.Advance(Minutes(3));
        await cluster.Device().SetPolicy(new() { Grace = Minutes(1) });
        await cluster.Advance(TimeSpan.FromSeconds(2));
        cluster.Mail.Events.ShouldBe(["device.offline"]);
    }

    [Fact]
    public async Task It_can_be_set_before_the_thing_first_connects_and_taking_it_back_leaves_no_trace()
    {
        await using var cluster = await VirtualCluster.Start();
        var policy = await cluster.Device().SetPolicy(new() { Grace = Minutes(1) });
        (policy.Source, policy.Grace).ShouldBe(("override", Minutes(1)));
        (await cluster.Status()).Status.ShouldBe(PresenceStatus.Unknown);
        cluster.Reminders.Exists(cluster.IdOf()).ShouldBeFalse();

        (await cluster.Device().SetPolicy(null)).Source.ShouldBe("default");
        cluster.Storage.JsonOf(cluster.IdOf()).ShouldBeNull();
        (await cluster.Device().GetStatus()).ShouldBeNull();

        await cluster.Device().SetPolicy(null);
        cluster.Storage.JsonOf(cluster.IdOf()).ShouldBeNull();
        cluster.Storage.Writes.ShouldBe(1);
    }

    [Fact]
    public async Task It_survives_an_activation_and_is_forgotten_with_the_thing()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Device().SetPolicy(new() { Grace = Minutes(1) });
        await cluster.Crash();
        await cluster.Connect();
        await cluster.Crash();
        await cluster.Drop();
        await cluster.Advance(Minutes(1));
        cluster.Mail.Events.ShouldBe(["device.offline"]);
        await cluster.Device().Forget();
        await cluster.Connect();
        (await cluster.Status()).Policy.Source.ShouldBe("default");
    }

    [Fact]
    public async Task One_that_could_not_be_stored_fails_and_changes_nothing()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        await cluster.Drop();
        cluster.Storage.BeforeWrite = _ => throw new TimeoutException("the table does not answer");
        await Should.ThrowAsync<Exception>(() => cluster.Device().SetPolicy(new() { Muted = true }));
        cluster.Storage.BeforeWrite = null;
        (await cluster.Status()).Policy.Source.ShouldBe("default");
        await cluster.Advance(Minutes(6));
        cluster.Mail.Events.ShouldBe(["device.offline"]);
    }

    [Fact]
    public async Task The_status_says_which_policy_holds_and_where_it_comes_from()
    {
        await using var cluster = await VirtualCluster.Start(
            presence => presence.Policies.Add(new() { Match = "rpi-*", Policy = new() { RecoveryHold = Minutes(3) } }));
        await cluster.Connect();
        var policy = (await cluster.Status()).Policy;
        (policy.Source, policy.Match, policy.RecoveryHold, policy.Grace).ShouldBe(("rpi-*", "rpi-*", Minutes(3), Minutes(5)));
        await cluster.Device().SetPolicy(new() { Grace = Minutes(1), Notify = ["mail"] });
        policy = (await cluster.Status()).Policy;
        (policy.Source, policy.Match, policy.RecoveryHold, policy.Grace).ShouldBe(("override", "rpi-*", Minutes(3), Minutes(1)));
        policy.Overridden.ShouldBe(["grace", "notify"]);
        policy.Notify.ShouldBe(["mail"]);
    }
}
