using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Tests.Cluster;
using Shouldly;
using Xunit;

namespace IoTOrleans.Grains.Tests.Devices;

/// <summary>What is far away is the reminder's alone, so that the thing may leave memory; and it is told in time all the same.</summary>
public sealed class MemoryTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_thing_that_is_far_from_its_deadline_waits_for_its_reminder_and_for_no_timer()
    {
        await using var cluster = await VirtualCluster.Start(options => options.Policy = options.Policy with { Grace = 10 * Minute });
        await cluster.Connect();
        await cluster.Drop();
        cluster.Reminders.StartAt(cluster.IdOf()).ShouldBe(cluster.Now + (10 * Minute));
        cluster.Reminders.Delete(cluster.IdOf());
        cluster.LeaveAlone();
        await cluster.Advance(11 * Minute);
        cluster.Mail.Attempts.ShouldBe(0);
    }

    [Fact]
    public async Task One_that_is_near_it_has_both()
    {
        await using var cluster = await VirtualCluster.Start(options => options.Policy = options.Policy with { Grace = Minute });
        await cluster.Connect();
        await cluster.Drop();
        cluster.Reminders.StartAt(cluster.IdOf()).ShouldBe(cluster.Now + Minute);
        cluster.Reminders.Delete(cluster.IdOf());
        cluster.LeaveAlone();
        await cluster.Advance(1.1 * Minute);
        await VirtualCluster.Until(() => cluster.Mail.Events is ["device.offline"]);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(14)]
    [InlineData(60)]
    public async Task A_thing_that_has_left_memory_is_told_within_a_second_of_its_deadline(int minutes)
    {
        await using var cluster = await VirtualCluster.Start(options => options.Policy = options.Policy with { Grace = minutes * Minute });
        await cluster.Connect();
        await cluster.Drop();
        await cluster.Crash();
        cluster.LeaveAlone();
        await cluster.Advance(minutes * Minute - TimeSpan.FromSeconds(1));
        cluster.Mail.Attempts.ShouldBe(0);
        await cluster.Advance(TimeSpan.FromSeconds(1));
        await VirtualCluster.Until(() => cluster.Mail.Events is ["device.offline"]);
    }

    /// <summary>
    /// A reminder is not moved for less than its period; its tick is too early then, and finds the deadline within a timer's reach.
    /// </summary>
    [Fact]
    public async Task A_reminder_that_stands_before_the_deadline_hands_over_to_a_timer()
    {
        await using var cluster = await VirtualCluster.Start(options => options.Policy = options.Policy with { Grace = 5 * Minute });
        await cluster.Connect();
        await cluster.Drop();
        var dropped = cluster.Now;
        await cluster.Device().SetPolicy(new PolicySettings { Grace = TimeSpan.FromSeconds(350) });
        cluster.Reminders.StartAt(cluster.IdOf()).ShouldBe(dropped + (5 * Minute));
        await cluster.Crash();
        cluster.LeaveAlone();

        await cluster.Advance(TimeSpan.FromSeconds(349));
        cluster.Mail.Attempts.ShouldBe(0);
        await cluster.Advance(TimeSpan.FromSeconds(1));
        await VirtualCluster.Until(() => cluster.Mail.Events is ["device.offline"]);
    }

    /// <summary>
    /// After a clock was set back: the tick comes early, and the reminder does not tick again before the time that it is set for.
    /// </summary>
    [Fact]
    public async Task A_reminder_that_ticked_too_early_is_moved_when_something_is_due_sooner()
    {
        await using var cluster = await VirtualCluster.Start(options => options.Policy = options.Policy with { Grace = 5 * Minute });
        await cluster.Connect();
        await cluster.Drop();
        var (dropped, set) = (cluster.Now, cluster.Reminders.StartAt(cluster.IdOf())!.Value);
        await cluster.Crash();
        await cluster.RemindBefore(set);
        await cluster.Device().SetPolicy(new PolicySettings { Grace = 3 * Minute });
        cluster.Reminders.StartAt(cluster.IdOf()).ShouldBe(dropped + (3 * Minute));
    }

    /// <summary>A hundred thousand that wait for the first word of their incident would fill a small container.</summary>
    [Fact]
    public async Task A_thing_that_waits_for_its_incident_may_leave_memory()
    {
        // Orleans asks the machine's clock whether a grain may leave already, and the cluster's when it is told until when it stays.
        await using var cluster = await VirtualCluster.Start(
            options => options.Policy = options.Policy with { Grace = Minute }, prepare: cluster =>
                cluster.Time.SetUtcNow(TimeProvider.System.GetUtcNow().AddYears(1)));
        var things = Enumerable.Range(0, 20).Select(i => $"thing-{i}").ToArray();
        cluster.Touch(things);
        foreach (var thing in things) await cluster.Connect(thing);
        foreach (var thing in things) await cluster.Drop(thing);
        await cluster.Advance(Minute + TimeSpan.FromSeconds(5));
        cluster.LeaveAlone();
        var waiting = things.Except(cluster.Mail.Accepted.Select(told => told.ThingName!)).ToList();
        waiting.Count.ShouldBe(15);

        waiting.ShouldEachBe(thing => cluster.IsInMemory(thing));
        await cluster.CollectIdle();
        waiting.ShouldEachBe(thing => !cluster.IsInMemory(thing));
        await cluster.Advance(2 * Minute);
        await cluster.AdvanceUntil(
            async () => (await Task.WhenAll(waiting.Select(thing => cluster.Status(thing)))).All(status => status.NotifiedAt is not null));
    }

    /// <summary>Another activation would not know of it, and could tell of the end before the beginning has arrived.</summary>
    [Fact]
    public async Task A_thing_of_which_a_destination_is_being_told_stays_until_it_answers()
    {
        await using var cluster = await VirtualCluster.Start(
            options => options.Policy = options.Policy with { Grace = Minute }, prepare: cluster =>
                cluster.Time.SetUtcNow(TimeProvider.System.GetUtcNow().AddYears(1)));
        var answer = new TaskCompletionSource<DeliveryAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        cluster.Mail.Answer = _ => answer.Task;
        cluster.LeaveAlone();
        await cluster.Connect();
        await cluster.Drop();
        await cluster.AdvanceWithoutRest(Minute);
        await VirtualCluster.Until(() => cluster.Mail.Attempts == 1);

        await cluster.CollectIdle();
        cluster.IsInMemory("rpi-1").ShouldBeTrue();
        answer.SetResult(DeliveryAnswer.Accepted());
        await VirtualCluster.Until(async () => (await cluster.Status()).NotifiedAt is not null);
        await cluster.CollectIdle();
        cluster.IsInMemory("rpi-1").ShouldBeFalse();
    }
}
