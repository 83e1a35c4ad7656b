using IoTOrleans.Grains.Dispatch;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Tests.Cluster;
using IoTOrleans.Testing;
using Microsoft.Extensions.Time.Testing;

namespace IoTOrleans.Grains.Tests.Dispatch;

/// <summary>Destinations side by side on virtual time: what one does is no other's matter.</summary>
public sealed class DestinationTests
{
    [Fact]
    public async Task One_that_is_down_one_that_refuses_and_one_that_hangs_delay_nobody_by_a_second()
    {
        var hang = new TaskCompletionSource<DeliveryAnswer>();
        var (down, refusing, hanging) = (new TestDestination("down"), new TestDestination("refusing"), new TestDestination("hanging"));
        var other = new TestDestination("other");
        down.Answer = _ => Task.FromResult(DeliveryAnswer.Failed("HTTP 503") with { RetryAfter = Seconds(120) });
        refusing.Answer = _ => Task.FromResult(DeliveryAnswer.Refused("HTTP 403"));
        hanging.Answer = _ => hang.Task;
        await using var cluster = await VirtualCluster.Start(prepare: c =>
        {
            c.Destinations.AddRange([down, refusing, hanging, other]);
            c.TellOneByOne();
        });
        var things = Enumerable.Range(0, 20).Select(n => $"thing-{n}").ToArray();
        cluster.LeaveAlone();

        // Ten minutes of it: each thing is told of within the second in which its grace of five minutes ended.
        for (var minute = 0; minute < 14; minute++)
        {
            foreach (var thing in things.Skip(minute * 2).Take(2)) await cluster.Drop(thing);
            await cluster.AdvanceWithoutRest(Minutes(1));
            var due = Math.Max(0, 2 * (minute - 3));
            await VirtualCluster.Until(() => cluster.Mail.Accepted.Count == due && other.Accepted.Count == due && refusing.Attempts == due);
        }

        foreach (var accepted in cluster.Mail.Accepted.Concat(other.Accepted))
            (accepted.Since + Minutes(5)).ShouldBe(accepted.DetectedAt, Seconds(1));
        cluster.Mail.AcceptedAt.Zip(cluster.Mail.Accepted).ShouldEachBe(pair => pair.First - pair.Second.DetectedAt <= Seconds(1));
        other.AcceptedAt.Zip(other.Accepted).ShouldEachBe(pair => pair.First - pair.Second.DetectedAt <= Seconds(1));

        await VirtualCluster.Until(() => cluster.Watch.Refusing.Count > 0);
        cluster.Watch.Refusing.Keys.ShouldBe(["refusing"]);
        hanging.Attempts.ShouldBe(DestinationSender.SentAtOnce, "and everything else of it waits");

        // All of them mend: each thing that is still due is told, none is lost.
        down.Answer = refusing.Answer = null;
        hanging.Answer = null;
        hang.SetResult(DeliveryAnswer.Failed("hung up"));
        await cluster.AdvanceWithoutRest(Minutes(75));
        foreach (var mended in new[] { down, refusing, hanging }) await cluster.AdvanceUntil(() => mended.Accepted.Count == 20);
        cluster.Watch.Refusing.ShouldBeEmpty();
        cluster.Mail.Accepted.Count.ShouldBe(20, "who was told is not told again");
    }

    [Fact]
    public async Task One_that_takes_nothing_for_five_minutes_is_said_to_fail_until_it_takes_something()
    {
        var down = new TestDestination("down") { Answer = _ => Task.FromResult(DeliveryAnswer.Failed("HTTP 503")) };
        await using var cluster = await VirtualCluster.Start(prepare: c => c.Destinations.Add(down));
        await cluster.Drop();
        await cluster.Advance(Minutes(5));
        await VirtualCluster.Until(() => down.Attempts > 0);
        var since = cluster.Now;
        await cluster.Advance(Minutes(4));
        cluster.Watch.Failing.ShouldBeEmpty();

        await cluster.Advance(Minutes(2));
        await cluster.AdvanceUntil(() => cluster.Watch.Failing.Count > 0);
        cluster.Watch.Failing["down"].ShouldBe(since, Seconds(20));
        cluster.Watch.Refusing.ShouldBeEmpty();

        down.Answer = null;
        await cluster.Advance(Minutes(1));
        await cluster.AdvanceUntil(() => cluster.Watch.Failing.Count == 0);
    }

    [Fact]
    public async Task What_is_owed_to_one_that_is_not_in_the_settings_any_more_is_said_once_with_how_much_was_dropped()
    {
        var log = new RecordingLogger<DroppedNotifications>();
        var time = new FakeTimeProvider();
        var dropped = new DroppedNotifications(time, log);
        for (var thing = 0; thing < 12; thing++) dropped.Expect("ops");
        log.Lines.ShouldHaveSingleItem().ShouldContain("Destination ops is not in the settings");

        for (var thing = 0; thing < 12; thing++) dropped.Add("ops");
        time.Advance(DroppedNotifications.Gather);
        await VirtualCluster.Until(() => log.Lines.Count == 2);
        log.Lines[1].ShouldBe("Warning: Destination ops was removed from the settings; 12 notifications dropped");
    }

    /// <summary>A "still offline" that arrived after "back" would open again what the end has closed.</summary>
    [Fact]
    public async Task The_end_of_an_outage_does_not_overtake_a_repeat_that_is_under_way_and_follows_it_at_once()
    {
        var repeat = new TaskCompletionSource<DeliveryAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var cluster = await VirtualCluster.Start(
            options => options.Policy = options.Policy with { RepeatInterval = Minutes(30) });
        cluster.Mail.Answer = told =>
            told.Event == NotificationEvent.DeviceStillOffline ? repeat.Task : Task.FromResult(DeliveryAnswer.Accepted());
        await cluster.Connect();
        await cluster.Drop();
        await cluster.Advance(Minutes(6));
        await cluster.AdvanceWithoutRest(Minutes(31));
        await VirtualCluster.Until(() => cluster.Mail.Attempts == 2);

        await cluster.Connect();
        await cluster.AdvanceWithoutRest(Minutes(2));
        await VirtualCluster.LetOthersRun();
        cluster.Mail.Attempts.ShouldBe(2);
        repeat.SetResult(DeliveryAnswer.Accepted());
        await VirtualCluster.Until(() => cluster.Mail.Accepted.Count == 3);
        cluster.Mail.Events.ShouldBe(["device.offline", "device.still_offline", "device.recovered"]);
    }

    [Fact]
    public async Task No_destination_gets_more_than_its_rate()
    {
        var topic = new TestDestination("topic") { Terms = new() { RateLimit = new RateLimit(2, Seconds(1)) } };
        await using var cluster = await VirtualCluster.Start(prepare: c =>
        {
            c.Destinations.Add(topic);
            c.TellOneByOne();
        });
        cluster.LeaveAlone();
        foreach (var n in Enumerable.Range(0, 30)) await cluster.Drop($"thing-{n}");

        await cluster.AdvanceWithoutRest(Minutes(5));
        await VirtualCluster.Until(() => cluster.Mail.Accepted.Count == 30);

        // Turns are a little more than half a second apart, and this clock strikes only seconds.
        for (var seconds = 0; topic.Accepted.Count < 30; seconds++)
        {
            seconds.ShouldBeLessThan(60);
            await cluster.Advance(Seconds(1));
        }

        topic.Accepted.Select(n => n.ThingName).Distinct().Count().ShouldBe(30);
        topic.ShouldHaveKeptTo(new(2, Seconds(1)), topic.AcceptedAt.Min());
    }

    [Fact]
    public async Task An_incident_too_waits_as_long_as_the_destination_asks_for()
    {
        var wantsRest = true;
        await using var cluster = await VirtualCluster.Start();
        cluster.Mail.Answer = _ =>
            Task.FromResult(wantsRest ? DeliveryAnswer.Failed("HTTP 429") with { RetryAfter = Minutes(3) } : DeliveryAnswer.Accepted());
        cluster.LeaveAlone();
        cluster.Patience = TimeSpan.FromMilliseconds(20);
        foreach (var n in Enumerable.Range(0, 12)) await cluster.Drop($"thing-{n}");
        await cluster.Advance(Minutes(5));
        await VirtualCluster.Until(() => cluster.Mail.Attempts > 0);
        var first = cluster.Mail.AttemptedAt[0];

        await cluster.Advance(Minutes(1));
        wantsRest = false;
        await cluster.Advance(Minutes(4));
        await cluster.AdvanceUntil(() => cluster.Mail.Accepted.Count == 5 && cluster.Mail.Incidents.Count == 1);
        cluster.Mail.Incidents[0].Count.ShouldBe(7);

        // The incident was due after ten seconds, and retries after a minute.
        cluster.Mail.AttemptedAt.ShouldNotContain(at => at > first + Seconds(8) && at < first + Minutes(3));
    }

    [Fact]
    public async Task An_alert_is_kept_alive_over_a_crash_at_no_write_of_state_and_ends_with_the_outage()
    {
        var alerts = new TestDestination("alerts") { Terms = new() { KeepAlive = Minutes(10) } };
        await using var cluster = await VirtualCluster.Start(prepare: c => c.Destinations.Add(alerts));
        await cluster.Drop();
        await cluster.Advance(Minutes(5));
        alerts.Events.ShouldBe(["device.offline"]);
        var writes = cluster.Storage.Writes;
        var reminders = cluster.Reminders.Upserts;

        await cluster.Advance(Minutes(60));
        await cluster.Crash();
        await cluster.Advance(Minutes(60));
        alerts.Events.ShouldEachBe(e => e == "device.offline");
        alerts.Accepted.Count.ShouldBeInRange(12, 15);
        alerts.AcceptedAt.Zip(alerts.AcceptedAt.Skip(1)).ShouldEachBe(pair => pair.Second - pair.First <= Minutes(11));
        cluster.Storage.Writes.ShouldBe(writes);
        (cluster.Reminders.Upserts - reminders).ShouldBeLessThanOrEqualTo(14, "one for each keep-alive");
        cluster.Mail.Events.ShouldBe(["device.offline"], "between machines only");

        await cluster.Connect();
        await cluster.Advance(Minutes(30));
        alerts.Events[^1].ShouldBe("device.recovered");
        alerts.Events.Count(e => e == "device.recovered").ShouldBe(1);
        cluster.Reminders.Exists(cluster.IdOf()).ShouldBeFalse();
    }

    [Fact]
    public async Task A_recovery_never_overtakes_a_keep_alive_nor_is_overtaken_by_one()
    {
        var alerts = new TestDestination("alerts") { Terms = new() { KeepAlive = Minutes(10) } };
        await using var cluster = await VirtualCluster.Start(
            options => options.Policy = options.Policy with { RecoveryHold = TimeSpan.Zero }, c => c.Destinations.Add(alerts));
        await cluster.Drop();
        await cluster.Advance(Minutes(5));

        var slow = new TaskCompletionSource<DeliveryAnswer>();
        alerts.Answer = _ => slow.Task;
        while (alerts.Attempts < 2) await cluster.Advance(Seconds(1));
        await cluster.Connect();
        await cluster.AdvanceWithoutRest(Seconds(10));
        alerts.Attempts.ShouldBe(2, "the keep-alive is still on its way");

        alerts.Answer = null;
        slow.SetResult(DeliveryAnswer.Accepted());
        await cluster.Advance(Minutes(2));
        alerts.Events.ShouldBe(["device.offline", "device.offline", "device.recovered"]);
    }
}
