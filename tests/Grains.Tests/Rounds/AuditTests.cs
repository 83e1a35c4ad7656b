using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Rounds;
using IoTOrleans.Grains.Tests.Cluster;

namespace IoTOrleans.Grains.Tests.Rounds;

/// <summary>Things that are taken to be connected, and a verifier that is asked about them now and then.</summary>
public sealed class AuditTests
{
    private static Task<VirtualCluster> Start(Func<VirtualCluster, string, VerifierAnswer> answer) =>
        VirtualCluster.Start(prepare: cluster =>
    {
        (cluster.Rounds.AuditEvery, cluster.Rounds.AuditPerSecond) = (TimeSpan.FromHours(1), 5);
        cluster.Verifier.Answer = question => Task.FromResult(answer(cluster, question.ThingName));
    });

    private static VerifierAnswer Connected(VirtualCluster cluster, string thing) => new(VerifierVerdict.Connected, cluster.Now, 9);

    /// <summary>Until the one that is under way, or the next, is over.</summary>
    private static async Task Finish(VirtualCluster cluster)
    {
        var round = await cluster.Round(RoundOptions.Audit).GetState();
        var before = round.Walking ? null : round.Begun;
        for (; round.Walking || round.Begun == before; round = await cluster.Round(RoundOptions.Audit).GetState())
        {
            cluster.Time.Advance(round.Walking ? TimeSpan.FromSeconds(0.5) : Minutes(1));
            await VirtualCluster.LetOthersRun();
        }
    }

    [Fact]
    public async Task A_disconnect_that_never_came_in_is_found_verified_and_told()
    {
        DateTimeOffset dropped = default;
        await using var cluster = await Start(
            (cluster, thing) => thing == "lost" ? new(VerifierVerdict.Disconnected, dropped, 9) : Connected(cluster, thing));
        await cluster.Connect("fine");
        await cluster.Connect("lost");
        cluster.LeaveAlone();
        await Finish(cluster);
        cluster.Time.Advance(Minutes(5));
        dropped = cluster.Now;
        await Finish(cluster);
        cluster.Mail.Attempts.ShouldBe(0, "its deadline is verified first");
        (await cluster.Status("fine")).Status.ShouldBe(PresenceStatus.Connected);
        cluster.Touch("lost");
        await cluster.Advance(Minutes(0.5));
        var told = cluster.Mail.Accepted.ShouldHaveSingleItem();
        (told.ThingName, told.Since, told.Verification).ShouldBe(("lost", dropped, Verification.Confirmed));
    }

    [Fact]
    public async Task A_shadow_that_nobody_maintains_brings_nothing_down()
    {
        await using var cluster = await Start((cluster, _) => new(VerifierVerdict.Disconnected, cluster.Now - TimeSpan.FromDays(40), 9));
        await cluster.Connect();
        await Finish(cluster);
        cluster.Verifier.Asked.ShouldBe(1);
        (await cluster.Status()).Status.ShouldBe(PresenceStatus.Connected);
    }

    [Fact]
    public async Task Each_connected_thing_is_asked_about_once_at_the_pace_and_none_is_woken_or_written()
    {
        var askedAt = new System.Collections.Concurrent.ConcurrentQueue<DateTimeOffset>();
        await using var cluster = await Start((cluster, thing) =>
        {
            askedAt.Enqueue(cluster.Now);
            return Connected(cluster, thing);
        });
        await Task.WhenAll(Enumerable.Range(0, 23).Select(i => cluster.Connect($"thing-{i}")));
        await cluster.Drop("thing-7");
        cluster.LeaveAlone();
        await Task.WhenAll(Enumerable.Range(0, 23).Select(i => cluster.Crash($"thing-{i}")));
        var reads = cluster.Storage.Reads;
        await Finish(cluster);
        cluster.Verifier.Asked.ShouldBe(22);
        cluster.Storage.Reads.ShouldBeLessThanOrEqualTo(reads + 1, "the round reads its own state");
        var times = askedAt.Order().ToList();
        (times[^1] - times[0]).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(3.5), "five a second");
    }

    [Fact]
    public async Task An_audit_that_is_over_is_not_made_again_because_a_silo_starts()
    {
        await using var cluster = await Start(Connected);
        await cluster.Connect();
        await Finish(cluster);
        cluster.Verifier.Asked.ShouldBe(1);
        await cluster.CrashRound(RoundOptions.Audit);
        for (var minute = 0; minute < 30; minute++)
        {
            cluster.Time.Advance(Minutes(1));
            await VirtualCluster.LetOthersRun();
        }

        cluster.Verifier.Asked.ShouldBe(1);
        await Finish(cluster);
        cluster.Verifier.Asked.ShouldBe(2);
    }

    [Fact]
    public async Task One_that_was_interrupted_goes_on_where_it_was()
    {
        await using var cluster = await Start(Connected);
        cluster.Catalogue.MostOnAPage = 1;
        var names = Enumerable.Range(0, 400).Select(i => $"thing-{i:d3}").ToList();
        await Task.WhenAll(names.Select(name => cluster.Connect(name)));
        cluster.LeaveAlone();
        while ((await cluster.Round(RoundOptions.Audit).GetState()).Cursor is not { } cursor
            || string.CompareOrdinal(cursor, "thing-350") < 0)
        {
            cluster.Time.Advance(TimeSpan.FromSeconds(0.5));
            await VirtualCluster.LetOthersRun();
        }

        var asked = cluster.Verifier.Asked;
        await cluster.CrashRound(RoundOptions.Audit);
        await Finish(cluster);
        (cluster.Verifier.Asked - asked).ShouldBeLessThan(380, "not all of them again");
        cluster.Verifier.Asked.ShouldBeGreaterThanOrEqualTo(400);
    }
}
