using System.Collections.Concurrent;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Tests.Cluster;

namespace IoTOrleans.Grains.Tests.Heartbeats;

/// <summary>The sign of life of a real cluster: it comes while everything works, and by itself again.</summary>
public sealed class HeartbeatGrainTests
{
    private static readonly TimeSpan TenSeconds = Seconds(10);

    [Fact]
    public async Task Two_silos_ping_once_a_minute_together()
    {
        var heartbeat = new TestHeartbeat();
        await using var cluster = await Start(heartbeat, silos: 2);
        await PassUntil(cluster, () => heartbeat.Pings.Count == 5);

        // A look that a busy machine has late does not move the others.
        heartbeat.Pings.Zip(heartbeat.Pings.Skip(1)).ShouldEachBe(pair => pair.Second - pair.First >= Seconds(50));
        (await cluster.HeartbeatGrain.Read()).ShouldBe(new(heartbeat.Pings[^1], null));
    }

    [Fact]
    public async Task Storage_that_is_down_silences_it_and_after_five_minutes_that_is_told_once()
    {
        var heartbeat = new TestHeartbeat();
        await using var cluster = await Start(heartbeat);
        await PassUntil(cluster, () => heartbeat.Pings.Count == 2);

        cluster.Storage.BeforeWrite = _ => throw new TimeoutException("storage is down");
        var down = cluster.Now;
        await PassUntil(cluster, () => heartbeat.Failures.Count == 1);
        heartbeat.Pings.ShouldEachBe(at => at <= down + Minutes(2));
        heartbeat.Failures[0].Reason.ShouldContain("storage has not answered since");
        heartbeat.Failures[0].At.ShouldBeInRange(down + Minutes(4), down + Minutes(8));
        (await cluster.HeartbeatGrain.Read()).Trouble.ShouldBe(heartbeat.Failures[0].Reason);

        await Pass(cluster, Minutes(5));
        var before = heartbeat.Pings.Count;
        cluster.Storage.BeforeWrite = null;
        await PassUntil(cluster, () => heartbeat.Pings.Count == before + 2);
        heartbeat.Failures.Count.ShouldBe(1);
        (await cluster.HeartbeatGrain.Read()).Trouble.ShouldBeNull();
    }

    [Fact]
    public async Task Blindness_is_told_once_also_by_whoever_comes_after_the_one_that_told_it()
    {
        var heartbeat = new TestHeartbeat();
        var queue = new TestQueue();
        await using var cluster = await Start(heartbeat, queue);
        queue.SeenUntil = () => cluster.Now;
        await PassUntil(cluster, () => heartbeat.Pings.Count == 2, queue);

        var stopped = cluster.Now;
        queue.SeenUntil = () => stopped;
        await PassUntil(cluster, () => heartbeat.Failures.Count == 1, queue);
        heartbeat.Failures[0].Reason.ShouldContain($"what has happened to things since {stopped:u} is not known");
        heartbeat.Pings.ShouldEachBe(at => at <= stopped + Minutes(2));

        // Long enough for the record to be stored before the crash.
        await Pass(cluster, Minutes(3), queue);
        await cluster.CrashHeartbeat();
        await Pass(cluster, Minutes(3), queue);
        var before = heartbeat.Pings.Count;
        queue.SeenUntil = () => cluster.Now;
        await PassUntil(cluster, () => heartbeat.Pings.Count == before + 1, queue);
        heartbeat.Failures.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_destination_that_does_not_take_what_it_is_owed_silences_it_until_it_does()
    {
        var heartbeat = new TestHeartbeat();
        await using var cluster = await Start(heartbeat);
        await PassUntil(cluster, () => heartbeat.Pings.Count == 1);
        cluster.Mail.Answer = _ => Task.FromResult(DeliveryAnswer.Failed("down"));
        await cluster.Connect();
        await cluster.Drop();
        await PassUntil(cluster, async () => (await cluster.HeartbeatGrain.Read()).Trouble is not null);
        (await cluster.HeartbeatGrain.Read()).Trouble.ShouldNotBeNull().ShouldStartWith("mail has not taken what it is owed since");

        var before = heartbeat.Pings.Count;
        await Pass(cluster, Minutes(3));
        heartbeat.Pings.Count.ShouldBe(before);

        cluster.Mail.Answer = null;
        await PassUntil(cluster, () => heartbeat.Pings.Count == before + 1);
        cluster.Mail.Events.ShouldBe(["device.offline"]);
        heartbeat.Failures.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_refused_repeat_of_what_was_accepted_does_not_silence_it()
    {
        var heartbeat = new TestHeartbeat();
        var alerts = new TestDestination("alerts") { Terms = new() { KeepAlive = Minutes(10) } };
        await using var cluster = await Start(heartbeat, also: alerts);
        await cluster.Drop();
        await PassUntil(cluster, () => alerts.Accepted.Count == 1);
        alerts.Answer = _ => Task.FromResult(DeliveryAnswer.Refused("no"));
        await PassUntil(cluster, () => alerts.Attempts == 2);
        cluster.Watch.Refusing.Keys.ShouldBe(["alerts"]);
        await Pass(cluster, Seconds(20));
        var before = heartbeat.Pings.Count;
        await Pass(cluster, Minutes(3));
        heartbeat.Pings.Count.ShouldBeGreaterThanOrEqualTo(before + 2);
        (await cluster.HeartbeatGrain.Read()).Trouble.ShouldBeNull();
    }

    [Theory]
    [InlineData("removed")]
    [InlineData("muted")]
    [InlineData("accepted")]
    public async Task What_was_refused_silences_it_between_the_tries_too_and_only_as_long_as_it_is_owed(string end)
    {
        var heartbeat = new TestHeartbeat();
        await using var cluster = await Start(
            heartbeat, configure: options => options.Policy = options.Policy with { RepeatInterval = Minutes(10) },
            before: world => world.Mail.Terms = new() { SendResolved = false });
        await cluster.Drop();
        await PassUntil(cluster, () => cluster.Mail.Accepted.Count == 1);
        cluster.Mail.Answer = _ => Task.FromResult(DeliveryAnswer.Refused("no"));
        await PassUntil(cluster, () => cluster.Mail.Attempts == 2);
        await Pass(cluster, Seconds(20));
        var before = heartbeat.Pings.Count;
        await Pass(cluster, Minutes(12));
        (cluster.Mail.Attempts, heartbeat.Pings.Count).ShouldBe((2, before), "it is tried hourly, and waits all the while");

        if (end == "removed") await cluster.Device().Forget();
        else if (end == "muted")
            await cluster.Mute(new() { Id = "works", Thing = "rpi-1", From = cluster.Now, Until = cluster.Now + TimeSpan.FromDays(1) });
        else cluster.Mail.Answer = null;
        await PassUntil(cluster, () => heartbeat.Pings.Count > before);
        cluster.Mail.Attempts.ShouldBe(end == "accepted" ? 3 : 2);
    }

    [Fact]
    public async Task A_thing_that_came_back_before_its_outage_was_taken_still_silences_it()
    {
        var heartbeat = new TestHeartbeat();
        await using var cluster = await Start(heartbeat);
        cluster.Mail.Answer = _ => Task.FromResult(DeliveryAnswer.Refused("no"));
        await cluster.Drop();
        await PassUntil(cluster, () => cluster.Mail.Attempts == 1);
        await cluster.Connect();
        await Pass(cluster, Seconds(20));
        var before = heartbeat.Pings.Count;
        await Pass(cluster, Minutes(5));
        heartbeat.Pings.Count.ShouldBe(before);

        cluster.Mail.Answer = null;
        await PassUntil(cluster, () => heartbeat.Pings.Count == before + 1);
        cluster.Mail.Events.ShouldBe(["device.offline", "device.recovered"]);
    }

    [Fact]
    public async Task An_incident_that_is_refused_silences_it_until_it_is_taken()
    {
        var heartbeat = new TestHeartbeat();
        await using var cluster = await Start(heartbeat);
        cluster.Mail.AnswerToIncident = _ => Task.FromResult(DeliveryAnswer.Refused("no"));
        var things = Enumerable.Range(0, 7).Select(number => $"thing-{number}").ToArray();
        foreach (var thing in things) await cluster.Drop(thing);
        await PassUntil(cluster, async () => await Trouble() is not null);
        (await Trouble()).ShouldStartWith("mail has not taken");
        cluster.Mail.AnswerToIncident = null;
        await PassUntil(cluster, async () => await Trouble() is null);
        cluster.Mail.Incidents.Count.ShouldBe(1);

        async Task<string?> Trouble() => (await cluster.HeartbeatGrain.Read()).Trouble;
    }

    [Fact]
    public async Task A_silo_that_does_not_report_silences_it_and_one_that_is_gone_does_not()
    {
        var heartbeat = new TestHeartbeat();
        await using var cluster = await Start(heartbeat, silos: 2);
        await PassUntil(cluster, () => heartbeat.Pings.Count == 2);
        await cluster.StopReportingOfLastSilo();
        await PassUntil(cluster, async () => (await cluster.HeartbeatGrain.Read()).Trouble is not null);
        (await cluster.HeartbeatGrain.Read()).Trouble.ShouldNotBeNull().ShouldEndWith("does not say how its destinations are");
        var before = heartbeat.Pings.Count;
        await Pass(cluster, Minutes(3));
        heartbeat.Pings.Count.ShouldBe(before);

        await cluster.KillLastSilo();
        await PassUntil(cluster, () => heartbeat.Pings.Count == before + 1);
    }

    [Fact]
    public async Task A_late_answer_of_storage_does_not_undo_what_was_told_meanwhile()
    {
        var heartbeat = new TestHeartbeat();
        var queue = new TestQueue();
        using var answers = new ManualResetEventSlim();
        await using var cluster = await Start(
            heartbeat, queue, before: world => world.Storage.BeforeRead = id => WaitIfRecord(id, answers));
        var stopped = cluster.Now;
        queue.SeenUntil = () => stopped;
        await PassUntil(cluster, () => heartbeat.Failures.Count == 1, queue);

        answers.Set();
        await Pass(cluster, Minutes(4), queue);
        heartbeat.Failures.Count.ShouldBe(1);
        cluster.Storage.OfType(GrainType.Create("heartbeat-record")).ShouldNotBeEmpty("it was stored in the end");

        static void WaitIfRecord(GrainId id, ManualResetEventSlim until)
        {
            if (id.Type == GrainType.Create("heartbeat-record")) until.Wait(Minutes(2));
        }
    }

    [Fact]
    public async Task A_ping_that_is_not_accepted_is_tried_again_in_a_minute()
    {
        var heartbeat = new TestHeartbeat { Answer = DeliveryAnswer.Failed("HTTP 503") };
        await using var cluster = await Start(heartbeat);
        await PassUntil(cluster, () => heartbeat.Pings.Count == 3);
        (await cluster.HeartbeatGrain.Read()).ShouldBe(new(null, "HTTP 503"));
        heartbeat.Answer = DeliveryAnswer.Accepted();
        await PassUntil(cluster, async () => await cluster.HeartbeatGrain.Read() is { LastPingAt: not null, Trouble: null });
    }

    [Fact]
    public async Task Once_it_is_not_set_up_any_more_its_reminder_is_removed()
    {
        var heartbeat = new TestHeartbeat();
        var id = default(GrainId);
        await using var cluster = await VirtualCluster.Start();
        id = cluster.HeartbeatGrain.GetGrainId();
        await cluster.Reminders.RegisterOrUpdateReminder(id, "heartbeat", TimeSpan.Zero, Minutes(1));
        await Pass(cluster, Minutes(1));
        cluster.Reminders.Exists(id).ShouldBeFalse();
        heartbeat.Pings.ShouldBeEmpty();
    }

    private static Task<VirtualCluster> Start(
        TestHeartbeat heartbeat, TestQueue? queue = null, short silos = 1, TestDestination? also = null,
        Action<PresenceOptions>? configure = null, Action<VirtualCluster>? before = null) => VirtualCluster.Start(
        configure,
        cluster =>
        {
            (cluster.Heartbeat, heartbeat.Time) = (heartbeat, cluster.Time);
            cluster.IngestProgress = queue;
            if (also is not null) cluster.Destinations.Add(also);
            before?.Invoke(cluster);
        },
        silos);

    private static async Task Pass(VirtualCluster cluster, TimeSpan time, TestQueue? queue = null)
    {
        for (var end = cluster.Now + time; cluster.Now < end;)
        {
            await cluster.Advance(TenSeconds);
            if (queue is not null) await cluster.Watcher.Look(queue.SeenUntil());
            await VirtualCluster.LetOthersRun();
        }
    }

    private static Task PassUntil(VirtualCluster cluster, Func<bool> condition, TestQueue? queue = null) =>
        PassUntil(cluster, () => Task.FromResult(condition()), queue);

    private static async Task PassUntil(VirtualCluster cluster, Func<Task<bool>> condition, TestQueue? queue = null)
    {
        var began = cluster.Now;
        while (!await condition())
        {
            if (cluster.Now - began > Minutes(60))
                throw new TimeoutException($"In vain until {cluster.Now:O}: {await cluster.HeartbeatGrain.Read()}.");
            await Pass(cluster, TenSeconds, queue);
        }
    }

    private sealed class TestHeartbeat : IHeartbeat
    {
        private readonly ConcurrentQueue<DateTimeOffset> _pings = new();
        private readonly ConcurrentQueue<(string Reason, DateTimeOffset At)> _failures = new();

        public TimeProvider Time { get; set; } = TimeProvider.System;

        public DeliveryAnswer Answer { get; set; } = DeliveryAnswer.Accepted();

        public IReadOnlyList<DateTimeOffset> Pings => [.. _pings];

        public IReadOnlyList<(string Reason, DateTimeOffset At)> Failures => [.. _failures];

        public HeartbeatTerms Terms => new(CanFail: true);

        public Task<DeliveryAnswer> Ping(CancellationToken cancellationToken)
        {
            _pings.Enqueue(Time.GetUtcNow());
            return Task.FromResult(Answer);
        }

        public Task<DeliveryAnswer> Fail(string reason, CancellationToken cancellationToken)
        {
            _failures.Enqueue((reason, Time.GetUtcNow()));
            return Task.FromResult(Answer);
        }
    }

    private sealed class TestQueue : IIngestProgress
    {
        public Func<DateTimeOffset> SeenUntil { get; set; } = () => default;

        public IngestProgress Current => new(Queue: new(SeenUntil()));
    }
}
