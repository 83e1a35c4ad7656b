using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Tests.Cluster;

namespace IoTOrleans.Grains.Tests.Devices;

/// <summary>Storage that fails, answers that get lost, and activations that die between any two effects.</summary>
public sealed class CrashTests
{
    private static void Fail(GrainId grainId) => throw new TimeoutException("the table does not answer");

    [Fact]
    public async Task An_event_that_could_not_be_stored_fails_and_is_news_when_it_comes_again()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        await cluster.Advance(Minutes(1));
        cluster.Storage.BeforeWrite = Fail;
        await Should.ThrowAsync<Exception>(() => cluster.Drop());
        cluster.Storage.BeforeWrite = null;
        (await cluster.Status()).Status.ShouldBe(PresenceStatus.Connected);
        (await cluster.Drop()).ShouldBe(PresenceReason.GraceStarted);
        await cluster.Advance(Minutes(5));
        cluster.Mail.Events.ShouldBe(["device.offline"]);
    }

    [Fact]
    public async Task An_event_whose_write_was_done_but_not_answered_is_a_duplicate_with_a_clock()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        await cluster.Advance(Minutes(1));
        cluster.Storage.AfterWrite = Fail;
        await Should.ThrowAsync<Exception>(() => cluster.Drop());
        cluster.Storage.AfterWrite = null;
        (await cluster.Drop()).ShouldBe(PresenceReason.Duplicate);
        await cluster.Advance(Minutes(5));
        cluster.Mail.Events.ShouldBe(["device.offline"]);
    }

    [Fact]
    public async Task An_event_whose_reminder_could_not_be_made_changes_nothing()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        cluster.Reminders.BeforeUpsert = Fail;
        await cluster.Advance(Minutes(1));
        await Should.ThrowAsync<Exception>(() => cluster.Drop());
        cluster.Reminders.BeforeUpsert = null;
        (await cluster.Status()).Status.ShouldBe(PresenceStatus.Connected);
        (await cluster.Drop()).ShouldBe(PresenceReason.GraceStarted);
    }

    [Fact]
    public async Task A_duplicate_makes_sure_of_a_reminder_that_somebody_deleted()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        await cluster.Advance(Minutes(1));
        var dropped = cluster.Now;
        await cluster.Drop();
        await cluster.Crash();
        await cluster.Reminders.UnregisterReminder(cluster.IdOf(), (await cluster.Reminders.GetReminder(cluster.IdOf(), "presence"))!);
        await cluster.Device().Report(new ConnectionChange(false, ChangeKind.Time, EventSource.Queue, dropped, dropped));
        cluster.Reminders.StartAt(cluster.IdOf()).ShouldBe(dropped + Minutes(5));
    }

    [Fact]
    public async Task A_reminder_that_could_not_be_removed_is_removed_by_its_tick_and_tells_nobody()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        await cluster.Advance(Minutes(1));
        await cluster.Drop();
        cluster.Reminders.BeforeRemove = Fail;
        await cluster.Connect();
        cluster.Reminders.BeforeRemove = null;
        (await cluster.Status()).Status.ShouldBe(PresenceStatus.Connected);
        await cluster.Advance(Minutes(6));
        cluster.Reminders.Exists(cluster.IdOf()).ShouldBeFalse();
        cluster.Mail.Attempts.ShouldBe(0);
    }

    /// <summary>The tick of a reminder that was made for a long grace may be a day away.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public async Task A_reminder_that_could_not_be_looked_up_or_removed_is_removed_soon_after(double failsForSeconds)
    {
        await using var cluster = await VirtualCluster.Start(options => options.Policy = options.Policy with { Grace = Minutes(1440) });
        await cluster.Connect();
        await cluster.Advance(Minutes(1));
        await cluster.Drop();
        await cluster.Crash();
        (cluster.Reminders.BeforeFind, cluster.Reminders.BeforeRemove) = (Fail, Fail);
        await cluster.Connect();
        await cluster.Advance(TimeSpan.FromSeconds(failsForSeconds));
        (cluster.Reminders.BeforeFind, cluster.Reminders.BeforeRemove) = (null, null);
        cluster.LeaveAlone();
        await cluster.Advance(Minutes(1.1));
        await VirtualCluster.Until(() => !cluster.Reminders.Exists(cluster.IdOf()));
    }

    [Fact]
    public async Task Storage_that_is_down_at_the_deadline_delays_the_word_and_does_not_lose_it()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        await cluster.Drop();
        await cluster.Advance(Minutes(4));
        (cluster.Storage.BeforeWrite, cluster.Storage.BeforeRead) = (Fail, Fail);
        await cluster.Advance(Minutes(10));
        cluster.Mail.Attempts.ShouldBe(0, "nothing is said that is not marked first");
        (cluster.Storage.BeforeWrite, cluster.Storage.BeforeRead) = (null, null);
        await cluster.Advance(Minutes(1.1));
        cluster.Mail.Events.ShouldBe(["device.offline"]);
    }

    [Fact]
    public async Task A_crash_after_the_mark_repeats_with_the_same_outage_id()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        await cluster.Drop();
        var outage = (await cluster.Status()).OutageId;

        // The answer of the first send cannot be recorded: every write after the mark fails until the activation is gone.
        var writes = 0;
        cluster.Storage.BeforeWrite = id =>
        {
            if (writes++ > 0) Fail(id);
        };
        await cluster.AdvanceWithoutRest(Minutes(5));
        await VirtualCluster.Until(() => cluster.Mail.Accepted.Count == 1);
        cluster.Storage.BeforeWrite = null;
        await cluster.Crash();
        await cluster.Advance(Minutes(5));
        cluster.Mail.Accepted.ShouldEachBe(n => n.OutageId == outage);
        cluster.Mail.Events.Distinct().ShouldBe(["device.offline"]);
        (await cluster.Status()).NotifiedAt.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_reconnect_that_finds_the_mark_owes_a_recovery_whatever_died_in_between()
    {
        await using var cluster = await VirtualCluster.Start(
            presence => presence.Policy = presence.Policy with { RecoveryHold = TimeSpan.Zero });
        cluster.Mail.Answer = _ => Task.FromResult(DeliveryAnswer.Failed("the answer got lost"));
        await cluster.Connect();
        await cluster.Drop();
        await cluster.Advance(Minutes(5));
        await cluster.Crash();
        cluster.Mail.Answer = null;
        await cluster.Connect();
        await cluster.Advance(Minutes(3));
        cluster.Mail.Events.ShouldBe(["device.offline", "device.recovered"]);
        cluster.Reminders.Exists(cluster.IdOf()).ShouldBeFalse();
    }

    /// <summary>A silo that slept through its own death: another one has taken the thing over in the meantime.</summary>
    [Fact]
    public async Task A_stale_activation_says_nothing_about_what_it_does_not_know()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        await cluster.Drop();
        await cluster.Advance(Minutes(4));
        var state = await cluster.Device().GetState();
        cluster.Storage.Overwrite(cluster.IdOf(), state with { Connected = true, Since = cluster.Now, Outage = null, Suppressed = 1 });
        await cluster.Advance(Minutes(5));
        cluster.Mail.Attempts.ShouldBe(0);
        (await cluster.Status()).Status.ShouldBe(PresenceStatus.Connected);
    }

    /// <summary>Found by the model: the mark was stored in time, but its answer came when the silo woke.</summary>
    [Fact]
    public async Task A_silo_that_slept_while_it_marked_asks_again_before_it_speaks()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        await cluster.Drop();
        await cluster.Advance(Minutes(4.9));
        var state = await cluster.Device().GetState();
        cluster.Storage.AfterWrite = id =>
        {
            cluster.Storage.AfterWrite = null;
            cluster.Storage.Overwrite(id, state with { Connected = true, Since = cluster.Now, Outage = null, Suppressed = 1 });
            cluster.Time.Advance(TimeSpan.FromSeconds(40));
        };
        await cluster.Advance(Minutes(0.5));
        cluster.Storage.AfterWrite.ShouldBeNull("it has marked");
        cluster.Mail.Attempts.ShouldBe(0);
    }

    /// <summary>
    /// Found by the model: in the meantime another silo's tick found nothing to do, and removed what this one had registered.
    /// </summary>
    [Fact]
    public async Task A_silo_that_slept_while_an_activation_read_its_state_reads_again_before_it_speaks()
    {
        await using var cluster = await VirtualCluster.Start(
            presence => presence.Policy = presence.Policy with { RepeatInterval = Minutes(10) });
        await cluster.Connect();
        await cluster.Drop();
        await cluster.Advance(Minutes(6));
        cluster.Mail.Events.ShouldBe(["device.offline"]);
        var state = await cluster.Device().GetState();
        await cluster.Crash();
        cluster.Time.Advance(Minutes(10));
        cluster.Storage.AfterRead = id =>
        {
            cluster.Storage.AfterRead = null;
            cluster.Storage.Overwrite(id, state with { Connected = true, Since = cluster.Now, Outage = null });
            cluster.Time.Advance(TimeSpan.FromSeconds(40));
        };
        await cluster.Remind();
        await cluster.Rest();
        cluster.Storage.AfterRead.ShouldBeNull("it has read");
        cluster.Mail.Attempts.ShouldBe(1);
    }

    [Fact]
    public async Task A_silo_that_slept_before_it_stored_an_outage_makes_sure_of_its_reminder()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        await cluster.Advance(Minutes(1));
        cluster.Storage.BeforeWrite = id =>
        {
            cluster.Storage.BeforeWrite = null;
            cluster.Reminders.UnregisterReminder(id, cluster.Reminders.GetReminder(id, "presence").Result!).Wait();
            cluster.Time.Advance(TimeSpan.FromSeconds(40));
        };
        await cluster.Drop();
        cluster.Reminders.Exists(cluster.IdOf()).ShouldBeTrue();
    }

    /// <summary>
    /// Found by the model: the reminder that it found on waking belonged to the outage that another silo had begun meanwhile.
    /// </summary>
    [Fact]
    public async Task A_silo_that_slept_after_it_stored_a_return_leaves_the_reminder_of_the_next_outage_alone()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Connect();
        await cluster.Drop();
        await cluster.Advance(Minutes(1));
        cluster.Storage.AfterWrite = id =>
        {
            cluster.Storage.AfterWrite = null;
            cluster.Time.Advance(TimeSpan.FromSeconds(40));
            cluster.Reminders.RegisterOrUpdateReminder(id, "presence", Minutes(5), Minutes(1)).Wait();
        };
        await cluster.Connect();
        cluster.Reminders.Exists(cluster.IdOf()).ShouldBeTrue();
    }

    [Fact]
    public async Task A_stale_activation_fails_at_the_write_and_the_event_goes_to_what_is_stored()
    {
        await using var cluster = await VirtualCluster.Start();
        cluster.LeaveAlone();
        await cluster.Connect();
        var state = await cluster.Device().GetState();
        cluster.Storage.Overwrite(cluster.IdOf(), state with { Suppressed = 7 });
        await cluster.Advance(Minutes(1));
        await Should.ThrowAsync<Exception>(() => cluster.Drop());
        (await cluster.Drop()).ShouldBe(PresenceReason.GraceStarted);
        (await cluster.Status()).OutagesSuppressed.ShouldBe(7);
    }

    [Fact]
    public async Task A_notification_that_waited_too_long_is_asked_about_once_more()
    {
        var first = new TaskCompletionSource<DeliveryAnswer>();
        await using var cluster = await VirtualCluster.Start(
            prepare: world => world.Mail.Terms = new DestinationTerms { Collapse = false });
        cluster.Mail.Answer = n => n.ThingName == "rpi-1" ? Task.FromResult(DeliveryAnswer.Accepted()) : first.Task;

        // Eight slow ones keep all workers busy while the ninth waits and its thing comes back.
        var slow = Enumerable.Range(0, 8).Select(i => $"slow-{i}").ToArray();
        foreach (var thing in slow) await cluster.Drop(thing);
        await cluster.AdvanceWithoutRest(TimeSpan.FromSeconds(10));
        await cluster.Drop();
        await cluster.AdvanceWithoutRest(Minutes(5) - TimeSpan.FromSeconds(10));
        await VirtualCluster.Until(() => cluster.Mail.Attempts == 8);
        await cluster.AdvanceWithoutRest(TimeSpan.FromSeconds(10));
        await VirtualCluster.Until(async () => (await cluster.Status()).Status == PresenceStatus.Offline);
        await cluster.Device().Forget();
        await cluster.AdvanceWithoutRest(TimeSpan.FromSeconds(15));
        first.SetResult(DeliveryAnswer.Accepted());
        await cluster.Rest();
        cluster.Mail.Accepted.ShouldNotContain(n => n.ThingName == "rpi-1" && n.Event == NotificationEvent.DeviceOffline);
    }

    [Fact]
    public async Task A_mark_that_moved_in_memory_is_stored_when_the_activation_ends()
    {
        await using var cluster = await VirtualCluster.Start();
        await cluster.Device().Report(Shadow(true, 5));
        await cluster.Advance(Minutes(1));
        await cluster.Device().Report(Shadow(true, 6));
        var late = Shadow(false, 6);
        await cluster.Crash();
        await cluster.Device().Report(Shadow(false, 6) with { Timestamp = late.Timestamp.AddSeconds(-30) });
        (await cluster.Status()).Status.ShouldBe(PresenceStatus.Connected);

        ConnectionChange Shadow(bool connected, long version) =>
            new(connected, ChangeKind.Shadow, EventSource.Queue, cluster.Now, cluster.Now) { Number = version };
    }

    [Fact]
    public async Task A_thing_of_an_earlier_broker_start_gets_its_whole_grace_before_anyone_is_told()
    {
        await using var cluster = await VirtualCluster.Start(presence => presence.Policy = presence.Policy with { Grace = Minutes(2) });
        cluster.Broker.Current = new BrokerStart(1, cluster.Now);
        await cluster.Device().Report(Broker(true, 1));
        await cluster.Device().Report(Broker(false, 1));
        await cluster.Crash();
        await cluster.Advance(Minutes(1.9));
        cluster.Broker.Current = new BrokerStart(2, cluster.Now);
        await cluster.Advance(Minutes(2));
        cluster.Mail.Attempts.ShouldBe(0);
        await cluster.Advance(TimeSpan.FromSeconds(6));
        cluster.Mail.Events.ShouldBe(["device.offline"]);

        ConnectionChange Broker(bool connected, long start) =>
            new(connected, ChangeKind.Broker, EventSource.Broker, cluster.Now, cluster.Now) { Number = 1, BrokerStart = start };
    }
}
