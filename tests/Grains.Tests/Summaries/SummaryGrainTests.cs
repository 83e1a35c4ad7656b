using System.Text.Json;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.State;
using IoTOrleans.Grains.Tests.Cluster;

namespace IoTOrleans.Grains.Tests.Summaries;

/// <summary>Ten past eight is when the list is due; the cluster starts at eight.</summary>
public sealed class SummaryGrainTests
{
    private static readonly DateTimeOffset Due = new(2026, 11, 23, 8, 10, 0, TimeSpan.Zero);

    [Fact]
    public async Task What_is_offline_is_told_at_its_time_and_once()
    {
        await using var cluster = await Start();
        await Drop(cluster, "rpi-1", "rpi-2");
        await cluster.Device("rpi-2").SetPolicy(new() { Muted = true });
        await cluster.Advance(Minutes(9.9));
        cluster.Mail.SummaryAttempts.ShouldBeEmpty();
        await cluster.Advance(Minutes(10));
        var (summary, at) = cluster.Mail.Summaries.ShouldHaveSingleItem();
        (at - Due).ShouldBeInRange(TimeSpan.Zero, TimeSpan.FromSeconds(5));
        summary.Id.ShouldStartWith("summary-2026-11-23-");
        (summary.Date, summary.Count, summary.New, summary.Muted).ShouldBe((new DateOnly(2026, 11, 23), 2, 2, 1));
        summary.Things.Select(thing => (thing.ThingName, thing.NotifiedAt is not null, thing.Muted))
            .ShouldBe([("rpi-1", true, false), ("rpi-2", false, true)]);
        cluster.Mail.SummaryAttempts.Count.ShouldBe(1);
        cluster.Reminders.StartAt(cluster.Summary().GetGrainId()).ShouldBe(Due.AddDays(1));
    }

    [Fact]
    public async Task The_next_day_it_comes_again_and_says_what_is_new()
    {
        await using var cluster = await Start();
        await Drop(cluster, "rpi-1");
        await cluster.Advance(Minutes(20));
        await Drop(cluster, "rpi-2");
        await cluster.Advance(TimeSpan.FromHours(24));
        cluster.Mail.Summaries.Count.ShouldBe(2);
        var (summary, at) = cluster.Mail.Summaries[1];
        (at - Due.AddDays(1)).ShouldBeInRange(TimeSpan.Zero, TimeSpan.FromSeconds(5));
        summary.Things.Select(thing => (thing.ThingName, thing.IsNew)).ShouldBe([("rpi-1", false), ("rpi-2", true)]);
        summary.Id.ShouldStartWith("summary-2026-11-24-");
        summary.NewSince.ShouldBe(cluster.Mail.Summaries[0].Summary.ListedAt);
    }

    [Fact]
    public async Task With_nothing_offline_nothing_is_sent_and_the_day_is_done()
    {
        await using var cluster = await Start();
        await cluster.Connect();
        await cluster.Advance(Minutes(11));
        await Drop(cluster, "rpi-1");
        await cluster.Advance(Minutes(20));
        cluster.Mail.SummaryAttempts.ShouldBeEmpty();
        (await cluster.Summary().GetState()).Done.ShouldBe(new DateOnly(2026, 11, 23));
    }

    [Fact]
    public async Task Where_it_is_off_there_is_no_reminder_and_the_other_destination_gets_its_own()
    {
        await using var cluster = await Start(world =>
        {
            world.Mail.Terms = world.Mail.Terms with { DailySummary = null };
            world.Destinations.Add(new("night") { Terms = new() { DailySummary = new(8, 12) } });
        });
        await Drop(cluster, "rpi-1");
        await cluster.Advance(Minutes(15));
        cluster.Mail.SummaryAttempts.ShouldBeEmpty();
        cluster.Reminders.Exists(cluster.Summary().GetGrainId()).ShouldBeFalse();
        var (summary, at) = cluster.Destinations[1].Summaries.ShouldHaveSingleItem();
        (at - Due).ShouldBeInRange(Minutes(2), Minutes(2.1));
    }

    [Fact]
    public async Task One_that_was_turned_off_goes_at_its_next_tick_and_leaves_nothing()
    {
        await using var cluster = await VirtualCluster.Start();
        var id = cluster.Summary().GetGrainId();
        cluster.Storage.Overwrite(id, new SummaryState { Done = new(2026, 11, 20) });
        await cluster.Reminders.RegisterOrUpdateReminder(id, "summary", Minutes(1), Minutes(1));
        await Drop(cluster, "rpi-1");
        await cluster.Advance(Minutes(7));
        (cluster.Storage.JsonOf(id), cluster.Reminders.Exists(id)).ShouldBe((null, false));
        cluster.Mail.SummaryAttempts.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_destination_that_is_down_gets_its_list_soon_after_its_return_with_the_same_id()
    {
        await using var cluster = await Start();
        var (ids, walks, down) = (new List<string>(), 0, true);
        cluster.OnWalk = _ => walks++;
        cluster.Mail.AnswerToSummary = summary =>
        {
            ids.Add(summary.Id);
            return Task.FromResult(down ? DeliveryAnswer.Failed("503") : DeliveryAnswer.Accepted());
        };
        await Drop(cluster, "rpi-1");
        await cluster.Advance(Minutes(42));
        var attempts = cluster.Mail.SummaryAttempts;
        attempts.Zip(attempts.Skip(1), (a, b) => (b - a).TotalSeconds).ShouldEachBe(gap => gap >= 15 && gap <= 30);
        walks.ShouldBeLessThanOrEqualTo(4, "what was read is good for a quarter of an hour");
        down = false;
        await cluster.Advance(TimeSpan.FromSeconds(30));
        ids.Distinct().ShouldHaveSingleItem();
        cluster.Mail.Summaries.Count.ShouldBe(1);
    }

    [Fact]
    public async Task One_that_refuses_is_tried_hourly_until_the_next_list_is_due()
    {
        await using var cluster = await Start();
        cluster.Mail.AnswerToSummary = _ => Task.FromResult(DeliveryAnswer.Refused("403"));
        await Drop(cluster, "rpi-1");
        await cluster.Advance(TimeSpan.FromHours(3));
        Gaps(cluster.Mail.SummaryAttempts).ShouldBe([60, 60]);
        (await cluster.Summary().GetState()).Done.ShouldBe(new DateOnly(2026, 11, 22));
    }

    [Fact]
    public async Task A_list_that_cannot_be_read_is_read_again()
    {
        await using var cluster = await Start();
        var walks = 0;
        cluster.OnWalk = _ =>
        {
            if (++walks <= 2) throw new TimeoutException("storage is slow");
        };
        await Drop(cluster, "rpi-1");
        await cluster.Advance(Minutes(15));
        cluster.Mail.Summaries.ShouldHaveSingleItem().At.ShouldBeInRange(Due + Minutes(3), Due + Minutes(3.2));
    }

    [Fact]
    public async Task Whatever_crashes_before_it_comes_and_after_it_was_accepted_it_does_not_come_again()
    {
        await using var cluster = await Start();
        await Drop(cluster, "rpi-1");
        await cluster.Advance(Minutes(9));
        await cluster.CrashSummary();
        await cluster.Advance(Minutes(2));
        cluster.Mail.Summaries.Count.ShouldBe(1);
        await cluster.CrashSummary();
        await cluster.Advance(Minutes(5));
        await cluster.Restart();
        await cluster.Advance(Minutes(5));
        cluster.Mail.SummaryAttempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_was_due_while_nobody_ran_is_told_at_the_start()
    {
        await using var cluster = await Start();
        await Drop(cluster, "rpi-1");
        await cluster.Advance(Minutes(8));
        cluster.Mail.AnswerToSummary = _ => Task.FromResult(DeliveryAnswer.Failed("going down"));
        await cluster.Advance(Minutes(3));
        cluster.Mail.AnswerToSummary = null;
        await cluster.Restart();
        await cluster.Advance(Minutes(2));
        cluster.Mail.Summaries.ShouldHaveSingleItem().Summary.Date.ShouldBe(new DateOnly(2026, 11, 23));
    }

    [Fact]
    public async Task An_acceptance_that_could_not_be_stored_is_stored_later_and_not_repeated()
    {
        await using var cluster = await Start();
        await Drop(cluster, "rpi-1");
        await cluster.Advance(Minutes(9));
        var id = cluster.Summary().GetGrainId();
        var failures = 3;
        cluster.Storage.BeforeWrite = grain =>
        {
            if (grain == id && failures-- > 0) throw new TimeoutException("storage is away");
        };
        await cluster.Advance(Minutes(3));
        (await cluster.Summary().GetState()).Done.ShouldBe(new DateOnly(2026, 11, 23));
        cluster.Mail.SummaryAttempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_time_is_that_of_the_time_zone()
    {
        await using var cluster = await Start(world =>
        {
            world.Zone = TimeZoneInfo.FindSystemTimeZoneById("Asia/Kolkata");
            world.Mail.Terms = world.Mail.Terms with { DailySummary = new(13, 40) };
        });
        await Drop(cluster, "rpi-1");
        await cluster.Advance(Minutes(11));
        cluster.Mail.Summaries.ShouldHaveSingleItem().At.ShouldBeInRange(Due, Due.AddSeconds(5));
    }

    [Fact]
    public void A_stored_state_of_this_version_is_read_by_every_later_one()
    {
        const string stored = """{"done":"2026-11-25","listedAt":1764028800000}""";
        var state = JsonSerializer.Deserialize<SummaryState>(stored, DeviceStateJson.Options)!;
        state.ShouldBe(new SummaryState { Done = new(2026, 11, 25), ListedAt = new(2025, 11, 25, 0, 0, 0, TimeSpan.Zero) });
        JsonSerializer.Serialize(state, DeviceStateJson.Options).ShouldBe(stored);
    }

    private static async Task<VirtualCluster> Start(Action<VirtualCluster>? prepare = null)
    {
        var cluster = await VirtualCluster.Start(prepare: world =>
        {
            world.Mail.Terms = world.Mail.Terms with { DailySummary = new(8, 10) };
            prepare?.Invoke(world);
        });
        foreach (var destination in cluster.Destinations.Where(destination => destination.Terms.DailySummary is not null))
            await VirtualCluster.Until(() => cluster.Reminders.Exists(cluster.Summary(destination.Name).GetGrainId()));
        return cluster;
    }

    private static async Task Drop(VirtualCluster cluster, params string[] things)
    {
        cluster.Touch(things);
        foreach (var thing in things)
        {
            await cluster.Connect(thing);
            await cluster.Drop(thing);
        }
    }

    private static IEnumerable<double> Gaps(IReadOnlyList<DateTimeOffset> times) =>
        times.Zip(times.Skip(1), (a, b) => Math.Round((b - a).TotalMinutes));
}
