using IoTOrleans.Contracts;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Tests.Cluster;

namespace IoTOrleans.Grains.Tests.Dispatch;

/// <summary>A destination was down, and answers again: everything that is owed to it goes out within 30 s, its rate permitting.</summary>
public sealed class AnswersAgainTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private bool _down = true;

    [Theory]
    [InlineData(4, 1)]
    [InlineData(31, 1)]
    [InlineData(31, 2)]
    public async Task Both_of_two_things_are_told_soon_after_its_return_however_long_it_was_down(int minutes, short silos)
    {
        await using var cluster = await Start(silos: silos);
        await Drop(cluster, "rpi-1", "rpi-2");
        await cluster.Advance(Minutes(5));
        await cluster.Advance(Minutes(minutes));
        cluster.Mail.Accepted.ShouldBeEmpty();

        await Returns(cluster, Seconds(0));
        cluster.Mail.Accepted.Select(told => told.ThingName).Order().ShouldBe(["rpi-1", "rpi-2"]);
    }

    [Fact]
    public async Task Things_whose_activations_are_gone_are_told_as_soon()
    {
        await using var cluster = await Start();
        await Drop(cluster, "rpi-1", "rpi-2", "rpi-3");
        await cluster.Advance(Minutes(5));
        cluster.LeaveAlone();
        await cluster.Advance(Minutes(178));
        foreach (var name in new[] { "rpi-1", "rpi-2", "rpi-3" }) await cluster.Crash(name);

        await Returns(cluster, Seconds(20));
        cluster.Mail.Accepted.Count.ShouldBe(3);
    }

    [Fact]
    public async Task What_was_over_before_it_could_be_told_is_told_with_its_end()
    {
        await using var cluster = await Start();
        await Drop(cluster, "rpi-1", "rpi-2");
        await cluster.Advance(Minutes(8));
        await cluster.Connect("rpi-1");
        await cluster.Advance(Minutes(25));

        await Returns(cluster, Seconds(0));
        cluster.Mail.Accepted.Where(told => told.ThingName == "rpi-1").Select(told => told.Event.Name())
            .ShouldBe(["device.offline", "device.recovered"]);
        cluster.Mail.Accepted.Where(told => told.ThingName == "rpi-2").Select(told => told.Event.Name()).ShouldBe(["device.offline"]);
        (await cluster.Device("rpi-1").GetState()).Owing.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_recovery_and_a_reminder_to_people_that_failed_come_as_soon()
    {
        _down = false;
        await using var cluster = await Start(configure: options => options.Policy = options.Policy with { RepeatInterval = Minutes(30) });
        await Drop(cluster, "rpi-1", "rpi-2");
        await cluster.Advance(Minutes(6));
        cluster.Mail.Accepted.Count.ShouldBe(2);
        _down = true;
        await cluster.Advance(Minutes(20));
        await cluster.Connect("rpi-1");
        await cluster.Advance(Minutes(40));

        await Returns(cluster, Seconds(0));
        cluster.Mail.Accepted.Skip(2).Select(told => (told.ThingName, told.Event.Name())).Order()
            .ShouldBe([("rpi-1", "device.recovered"), ("rpi-2", "device.still_offline")]);
    }

    [Fact]
    public async Task An_incident_is_told_as_soon()
    {
        await using var cluster = await Start();
        cluster.Mail.AnswerToIncident = _ => Task.FromResult(_down ? DeliveryAnswer.Failed("HTTP 503") : DeliveryAnswer.Accepted());
        await Drop(cluster, [.. Enumerable.Range(0, 30).Select(i => $"thing-{i}")]);
        await cluster.Advance(Minutes(36));
        cluster.Mail.Incidents.ShouldBeEmpty();

        await Returns(cluster, Seconds(0));
        cluster.Mail.Incidents.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task While_it_is_down_it_is_tried_every_15_s_and_not_more_often_whoever_wants_to_tell_it_something()
    {
        await using var cluster = await Start(oneByOne: true);
        var names = Enumerable.Range(0, 40).Select(i => $"thing-{i}").ToArray();
        foreach (var name in names)
        {
            await Drop(cluster, name);
            await cluster.Advance(Seconds(3));
        }

        await cluster.Advance(Minutes(5));
        var from = cluster.Now;
        await cluster.Advance(Minutes(20));
        var attempts = cluster.Mail.AttemptedAt.Where(at => at > from).ToList();
        attempts.Count.ShouldBeInRange(70, 80);
        attempts.Zip(attempts.Skip(1)).ShouldEachBe(pair => pair.Second - pair.First >= Seconds(14.9));
    }

    [Fact]
    public async Task A_thousand_that_wait_go_out_within_its_rate_and_no_slower()
    {
        var rate = new RateLimit(20, Seconds(1));
        await using var cluster = await Start(
            oneByOne: true, prepare: world => world.Mail.Terms = new() { Collapse = false, RateLimit = rate });
        cluster.LeaveAlone();
        cluster.Patience = TimeSpan.FromMilliseconds(20);
        var names = Enumerable.Range(0, 1000).Select(i => $"thing-{i}").ToArray();
        await Parallel.ForEachAsync(names, async (name, _) => await cluster.Drop(name));
        await cluster.Advance(Minutes(5));
        await cluster.Quiet();
        await cluster.Advance(Minutes(2));
        await cluster.Quiet();

        _down = false;
        var back = cluster.Now;
        while (cluster.Mail.Accepted.Count < names.Length)
        {
            (cluster.Now - back).ShouldBeLessThan(Soon + Seconds(names.Length / 20.0), $"{cluster.Mail.Accepted.Count} are out");
            await cluster.Advance(Seconds(1));
            await VirtualCluster.LetOthersRun();
        }

        cluster.Mail.Accepted.Select(told => told.ThingName).Distinct().Count().ShouldBe(names.Length);
        cluster.Mail.ShouldHaveKeptTo(rate, back);
    }

    [Fact]
    public async Task What_fails_while_others_are_accepted_is_not_tried_at_each_of_their_successes()
    {
        await using var cluster = await Start(oneByOne: true);
        var failed = new List<DateTimeOffset>();
        cluster.Mail.Answer = told =>
        {
            if (told.ThingName != "poison") return Task.FromResult(DeliveryAnswer.Accepted());
            failed.Add(cluster.Now);
            return Task.FromResult(DeliveryAnswer.Failed("HTTP 500"));
        };
        await Drop(cluster, "poison");
        for (var minute = 0; minute < 60; minute++)
        {
            await Drop(cluster, $"thing-{minute}-a");
            await Drop(cluster, $"thing-{minute}-b");
            await cluster.Advance(Minutes(1));
        }

        cluster.Mail.Accepted.Count.ShouldBeInRange(108, 112);
        failed.Count.ShouldBeLessThanOrEqualTo(40);
        failed.Count(at => at > cluster.Now - Minutes(30)).ShouldBeInRange(1, 3);
    }

    [Fact]
    public async Task One_that_refuses_after_it_was_down_is_not_asked_again_and_again()
    {
        await using var cluster = await Start(oneByOne: true);
        await Drop(cluster, "rpi-1", "rpi-2");
        await cluster.Advance(Minutes(20));
        cluster.Mail.Answer = _ => Task.FromResult(DeliveryAnswer.Refused("HTTP 410"));
        var before = cluster.Mail.Attempts;
        await cluster.Advance(Minutes(40));
        (cluster.Mail.Attempts - before).ShouldBe(2, "each once, and then hourly");
    }

    private async Task<VirtualCluster> Start(
        short silos = 1, bool oneByOne = false, Action<Grains.Policies.PresenceOptions>? configure = null,
        Action<VirtualCluster>? prepare = null)
    {
        var cluster = await VirtualCluster.Start(configure, world =>
        {
            if (oneByOne) world.TellOneByOne();
            prepare?.Invoke(world);
        }, silos);
        cluster.Mail.Answer = _ => Task.FromResult(_down ? DeliveryAnswer.Failed("HTTP 503") : DeliveryAnswer.Accepted());
        return cluster;
    }

    private static async Task Drop(VirtualCluster cluster, params string[] names)
    {
        foreach (var name in names) await cluster.Drop(name);
        cluster.Touch(names);
    }

    private async Task Returns(VirtualCluster cluster, TimeSpan later)
    {
        await cluster.Advance(later);
        _down = false;
        await cluster.Advance(Soon);
        await VirtualCluster.LetOthersRun();
    }
}
