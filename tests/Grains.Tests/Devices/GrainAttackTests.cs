using IoTOrleans.Contracts;
using IoTOrleans.Grains.Devices;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Tests.Cluster;

namespace IoTOrleans.Grains.Tests.Devices;

/// <summary>Stories that once broke the grain: each was a failing test before it was mended.</summary>
public sealed class GrainAttackTests
{
    private static void Fail(GrainId grainId) => throw new TimeoutException("the table does not answer");

    [Fact]
    public async Task A_timer_that_fires_a_little_early_waits_for_the_rest()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Device().SetPolicy(new() { Grace = DeviceClock.TimerReach });
        await cluster.Connect();
        await cluster.Drop();

        // The wall clock is slewed by 50 ms; no reminder helps (it is the next silo's, or itself a little early).
        await cluster.Reminders.UnregisterReminder(cluster.IdOf(), (await cluster.Reminders.GetReminder(cluster.IdOf(), "presence"))!);
        cluster.Time.AdjustTime(cluster.Now.AddMilliseconds(-50));
        cluster.LeaveAlone();
        var due = (await cluster.Status()).GraceEndsAt!.Value;
        var reads = cluster.Storage.Reads;
        cluster.Time.Advance(DeviceClock.TimerReach);
        cluster.Now.ShouldBeLessThan(due);
        await VirtualCluster.Until(() => cluster.Storage.Reads > reads);
        await cluster.Status();
        for (var step = 0; step < 200 && cluster.Mail.Attempts == 0; step++)
        {
            cluster.Time.Advance(TimeSpan.FromMilliseconds(50));
            await VirtualCluster.LetOthersRun();
        }

        cluster.Mail.Attempts.ShouldBe(1, "the next tick of a reminder would be a minute late");
    }

    [Fact]
    public async Task Storage_that_reads_but_does_not_write_leads_to_no_flood()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        await cluster.Drop();
        await cluster.Advance(Minutes(10));
        cluster.Mail.Events.ShouldBe(["device.offline"]);
        await cluster.Connect();
        cluster.Storage.BeforeWrite = Fail; // the disk is full, the table is throttled
        await Slowly(cluster, 10);
        cluster.Mail.Events.Count(e => e == "device.recovered").ShouldBe(1);
    }

    [Fact]
    public async Task An_offline_whose_answer_cannot_be_stored_leads_to_no_flood()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        await cluster.Drop();
        var writes = 0;
        cluster.Storage.BeforeWrite = id =>
        {
            if (writes++ > 0) Fail(id);
        };
        await Slowly(cluster, 15);
        cluster.Mail.Events.ShouldBe(["device.offline"]);
    }

    /// <summary>Step by step, with turns for the queues: their answers' retries wait for virtual time.</summary>
    private static async Task Slowly(VirtualCluster cluster, int minutes)
    {
        for (var i = 0; i < minutes * 4; i++)
        {
            await cluster.AdvanceWithoutRest(Seconds(15));
            await VirtualCluster.LetOthersRun();
        }
    }

    [Fact]
    public async Task A_question_that_got_lost_is_asked_again()
    {
        var calls = 0;
        await using var cluster = await VirtualCluster.Start(prepare: world => world.Verifier.Answer = _ =>
            calls++ == 0
                ? throw new InvalidOperationException("once")
                : Task.FromResult(new VerifierAnswer(VerifierVerdict.Connected, world.Now, 12)));
        await cluster.Connect();
        await cluster.Advance(Minutes(1));
        await cluster.Drop();
        await cluster.Advance(Minutes(10));
        cluster.Mail.Attempts.ShouldBe(0);
    }

    [Fact]
    public async Task Nobody_is_told_before_the_broker_has_started()
    {
        await using var cluster = await VirtualCluster.Start();
        cluster.Broker.Expected = true;
        cluster.Broker.Current = new BrokerStart(1, cluster.Now);
        await cluster.Device().Report(Broker(cluster, true, 1));
        await cluster.Device().Report(Broker(cluster, false, 1));
        await cluster.Advance(Minutes(1));

        // The process ends; it is up again half an hour later, and a reminder ticks before the broker listens.
        await cluster.Crash();
        cluster.Broker.Current = null;
        cluster.Time.Advance(Minutes(30));
        await cluster.Advance(Seconds(60));
        cluster.Broker.Current = new BrokerStart(2, cluster.Now);
        await cluster.Advance(Minutes(1));
        cluster.Mail.Attempts.ShouldBe(0);
    }

    private static ConnectionChange Broker(VirtualCluster cluster, bool connected, long start) =>
        new(connected, ChangeKind.Broker, EventSource.Broker, cluster.Now, cluster.Now) { Number = 1, BrokerStart = start };

    [Fact]
    public async Task A_destination_that_is_gone_is_no_work_for_ever()
    {
        await using var cluster = await VirtualCluster.Start(presence =>
        {
            presence.Policy = presence.Policy with { RecoveryHold = TimeSpan.Zero };
            presence.Policies.Add(new() { Match = "*", Policy = new() { Notify = ["mail", "gone"] } });
        });
        await cluster.Connect();
        await cluster.Drop();
        await cluster.Advance(Minutes(6));
        await cluster.Connect();
        await cluster.Advance(TimeSpan.FromHours(30));
        cluster.LeaveAlone();
        var reads = cluster.Storage.Reads;
        await cluster.Advance(TimeSpan.FromMinutes(10));
        (cluster.Reminders.Exists(cluster.IdOf()), cluster.Storage.Reads - reads).ShouldBe((false, 0));
    }

    /// <summary>Story A3(b): what its tick finds after it has read is the reminder of an outage that it knows nothing of.</summary>
    [Fact]
    public async Task A_tick_does_not_remove_the_reminder_of_an_outage_that_began_elsewhere_since_it_read()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        await LeaveAReminder(cluster);
        await cluster.Crash();
        var connected = await cluster.Device().GetState();
        var reads = cluster.Storage.Reads;
        var readsBefore = 0;
        cluster.Reminders.BeforeFind = id =>
        {
            cluster.Reminders.BeforeFind = null;
            readsBefore = cluster.Storage.Reads - reads;
            ElsewhereItDrops(cluster, connected);
        };
        await cluster.Remind();
        cluster.Reminders.BeforeFind.ShouldBeNull("it has looked it up");
        cluster.Reminders.Exists(cluster.IdOf()).ShouldBeTrue($"{readsBefore} reads came before");
        await cluster.Advance(Minutes(6));
        cluster.Mail.Events.ShouldBe(["device.offline"]);
    }

    [Fact]
    public async Task A_return_does_not_remove_the_reminder_of_an_outage_that_began_elsewhere_since_it_was_stored()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        await cluster.Advance(Minutes(1));
        await cluster.Drop();
        await cluster.Crash();
        cluster.LeaveAlone();
        await cluster.Advance(Minutes(1));
        cluster.Storage.AfterWrite = id =>
        {
            cluster.Storage.AfterWrite = null;
            cluster.Reminders.RegisterOrUpdateReminder(id, "presence", Minutes(5), Minutes(1)).Wait();
        };
        await cluster.Connect();
        cluster.Storage.AfterWrite.ShouldBeNull();
        cluster.Reminders.Exists(cluster.IdOf()).ShouldBeTrue();
    }

    [Fact]
    public async Task A_leftover_reminder_is_removed_by_its_tick()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        await LeaveAReminder(cluster);
        await cluster.Crash();
        await cluster.Remind();
        cluster.Reminders.Exists(cluster.IdOf()).ShouldBeFalse();
    }

    private static Task<IGrainReminder> LeaveAReminder(VirtualCluster cluster) =>
        cluster.Reminders.RegisterOrUpdateReminder(cluster.IdOf(), "presence", Minutes(1), Minutes(1));

    private static void ElsewhereItDrops(VirtualCluster cluster, DeviceState connected)
    {
        cluster.Reminders.RegisterOrUpdateReminder(cluster.IdOf(), "presence", Minutes(5), Minutes(1)).Wait();
        cluster.Storage.Overwrite(cluster.IdOf(), connected with
        {
            Connected = false, Since = cluster.Now,
            Outage = new() { Id = "elsewhere", Since = cluster.Now, GraceEndsAt = cluster.Now + Minutes(5), GraceSeconds = 300 },
        });
    }
}
