using System.Collections.Concurrent;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Importing;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Tests.Cluster;
using Orleans.Runtime;

namespace IoTOrleans.Grains.Tests.Importing;

/// <summary>A list of names that somebody hands over, and a verifier that knows some of them.</summary>
public sealed class ImportsGrainTests
{
    private static readonly GrainType Names = GrainType.Create("import-names");
    private static readonly GrainType Device = GrainType.Create("device");

    /// <summary>By the last letter of their names: connected, disconnected since yesterday, or not known.</summary>
    private static Task<VirtualCluster> Start(Action<VirtualCluster>? prepare = null) => VirtualCluster.Start(
        options => options.Policy = options.Policy with { Grace = TimeSpan.FromHours(1) },
        cluster =>
        {
            cluster.Verifier.Answer = question => Task.FromResult(Known(cluster, question.ThingName));
            prepare?.Invoke(cluster);
        });

    private static VerifierAnswer Known(VirtualCluster cluster, string thing) => thing[^1] switch
    {
        'c' => new(VerifierVerdict.Connected, cluster.Now - TimeSpan.FromDays(1), 9),
        'd' => new(VerifierVerdict.Disconnected, cluster.Now - TimeSpan.FromDays(1), 9),
        _ => new(VerifierVerdict.DoesNotKnow),
    };

    private static List<string> Things(int each) =>
        [.. Enumerable.Range(0, each).SelectMany(n => new[] { $"{n:d4}-c", $"{n:d4}-d", $"{n:d4}-u" })];

    private static async Task<string> Import(VirtualCluster cluster, IEnumerable<string> names, int onAPage = 50)
    {
        var id = (await cluster.Imports.Begin())!;
        foreach (var page in names.Chunk(onAPage)) (await cluster.Imports.Add(id, page)).ShouldBeTrue();
        (await cluster.Imports.Complete(id))!.Phase.ShouldBe(ImportPhase.Running);
        cluster.LeaveAlone();
        return id;
    }

    /// <summary>Second by second, until it is so.</summary>
    private static async Task<Import> Until(VirtualCluster cluster, string id, Func<Import, bool> so)
    {
        for (var second = 0; second < 1800; second++)
        {
            if (await cluster.Imports.GetImport(id) is { } import && so(import)) return import;
            await cluster.Advance(TimeSpan.FromSeconds(1));
            await VirtualCluster.LetOthersRun();
        }

        throw new TimeoutException($"{await cluster.Imports.GetImport(id)}");
    }

    private static Task<Import> Finish(VirtualCluster cluster, string id) =>
        Until(cluster, id, import => import.Phase == ImportPhase.Done);

    private static ConcurrentDictionary<string, int> CountWrites(VirtualCluster cluster)
    {
        var writes = new ConcurrentDictionary<string, int>();
        cluster.Storage.AfterWrite = id =>
        {
            if (id.Type == Device) writes.AddOrUpdate(id.Key.ToString()!, 1, (_, count) => count + 1);
        };
        return writes;
    }

    [Fact]
    public async Task Each_thing_is_asked_about_once_and_stored_as_the_verifier_knows_it()
    {
        await using var cluster = await Start();
        var writes = CountWrites(cluster);
        var import = await Finish(cluster, await Import(cluster, Things(60)));
        (import.Read, import.Counts).ShouldBe((180, new ImportCounts(60, 60, 60)));
        cluster.Verifier.Asked.ShouldBe(180);
        writes.Count.ShouldBe(180);
        writes.ShouldEachBe(thing => thing.Value == 1);
        (await cluster.Status("0007-c")).Status.ShouldBe(PresenceStatus.Connected);
        var away = await cluster.Status("0007-d");
        away.Status.ShouldBe(PresenceStatus.Grace);
        (away.GraceEndsAt - away.Since)!.Value.ShouldBe(TimeSpan.FromHours(25), TimeSpan.FromSeconds(5), "a whole grace from the import");
        (await cluster.Status("0007-u")).Status.ShouldBe(PresenceStatus.Unknown);
        cluster.Mail.Attempts.ShouldBe(0);
        cluster.Storage.OfType(Names).ShouldBeEmpty("the names are not needed any more");
        cluster.Reminders.Exists(cluster.Imports.GetGrainId()).ShouldBeFalse();
    }

    [Fact]
    public async Task It_keeps_its_pace_and_its_progress_can_be_seen()
    {
        var askedAt = new ConcurrentQueue<DateTimeOffset>();
        await using var cluster = await Start(cluster =>
        {
            cluster.Rounds.ImportPerSecond = 10;
            cluster.Verifier.Answer = question =>
            {
                askedAt.Enqueue(cluster.Now);
                return Task.FromResult(Known(cluster, question.ThingName));
            };
        });
        var id = await Import(cluster, Things(20));
        var half = await Until(cluster, id, import => import.Counts.Asked >= 25);
        half.Phase.ShouldBe(ImportPhase.Running);
        half.Counts.Asked.ShouldBeLessThan(60);
        await Finish(cluster, id);
        var times = askedAt.Order().ToList();
        (times[^1] - times[0]).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(5), "ten a second");
    }

    [Fact]
    public async Task After_a_crash_it_goes_on_with_the_page_that_it_was_at_and_nothing_is_counted_or_stored_twice()
    {
        await using var cluster = await Start(cluster => cluster.Rounds.ImportPerSecond = 20);
        var writes = CountWrites(cluster);
        var id = await Import(cluster, Things(150));
        var before = await Until(cluster, id, import => import.PagesDone >= 4);
        before.Phase.ShouldBe(ImportPhase.Running);
        await cluster.CrashImports();
        var import = await Finish(cluster, id);
        import.Counts.ShouldBe(new ImportCounts(150, 150, 150));
        writes.Count.ShouldBe(450);
        writes.ShouldEachBe(thing => thing.Value == 1);
        cluster.Verifier.Asked.ShouldBeLessThanOrEqualTo(450 + 50, "at most a page again");
    }

    [Fact]
    public async Task It_survives_the_death_of_all_silos()
    {
        await using var cluster = await Start(cluster => cluster.Rounds.ImportPerSecond = 20);
        var id = await Import(cluster, Things(100));
        await Until(cluster, id, import => import.PagesDone >= 2);
        await cluster.Restart();
        cluster.LeaveAlone();
        await VirtualCluster.Until(() => Answers(cluster, id));
        (await Finish(cluster, id)).Counts.ShouldBe(new ImportCounts(100, 100, 100));
    }

    private static async Task<bool> Answers(VirtualCluster cluster, string id)
    {
        try
        {
            return await cluster.Imports.GetImport(id) is not null;
        }
        catch (OrleansException)
        {
            // The client is still looking for the new silo.
            return false;
        }
    }

    [Fact]
    public async Task A_thing_that_is_known_is_not_asked_about_and_stays_as_it_is()
    {
        await using var cluster = await Start();
        await cluster.Connect("1-d");
        await cluster.Drop("2-c");
        var import = await Finish(cluster, await Import(cluster, ["1-d", "2-c", "3-c", "3-c", "3-c"]));
        import.Counts.ShouldBe(new ImportCounts(4, 1, 0));
        cluster.Verifier.Asked.ShouldBe(1);
        (await cluster.Status("1-d")).Status.ShouldBe(PresenceStatus.Connected);
        (await cluster.Status("2-c")).Status.ShouldBe(PresenceStatus.Grace);
    }

    [Fact]
    public async Task The_same_list_again_changes_nothing()
    {
        await using var cluster = await Start();
        await Finish(cluster, await Import(cluster, Things(10)));
        var writes = CountWrites(cluster);
        (await Finish(cluster, await Import(cluster, Things(10)))).Counts.ShouldBe(new ImportCounts(10, 10, 10));
        writes.ShouldBeEmpty();
        cluster.Verifier.Asked.ShouldBe(30 + 10, "only about those of which nothing was known");
    }

    [Fact]
    public async Task A_verifier_that_cannot_be_reached_is_tried_again_for_minutes()
    {
        var down = true;
        await using var cluster = await Start(cluster => cluster.Verifier.Answer = question =>
            Task.FromResult(down ? new(VerifierVerdict.Failed) : Known(cluster, question.ThingName)));
        var id = await Import(cluster, Things(5));
        for (var second = 0; second < 100; second++) await cluster.Advance(TimeSpan.FromSeconds(1));
        (await cluster.Imports.GetImport(id))!.Counts.Asked.ShouldBe(0);
        down = false;
        (await Finish(cluster, id)).Counts.ShouldBe(new ImportCounts(5, 5, 5));
    }

    [Fact]
    public async Task One_that_never_answers_leaves_the_things_unknown()
    {
        await using var cluster = await Start(cluster =>
            cluster.Verifier.Answer = _ => Task.FromResult(new VerifierAnswer(VerifierVerdict.Failed)));
        (await Finish(cluster, await Import(cluster, Things(2)))).Counts.ShouldBe(new ImportCounts(0, 0, 6));
        (await cluster.Status("0001-c")).Status.ShouldBe(PresenceStatus.Unknown);
    }

    [Fact]
    public async Task Without_a_verifier_all_are_unknown()
    {
        await using var cluster = await VirtualCluster.Start();
        (await Finish(cluster, await Import(cluster, Things(2)))).Counts.ShouldBe(new ImportCounts(0, 0, 6));
    }

    [Fact]
    public async Task A_list_that_never_becomes_complete_is_given_up_and_leaves_nothing()
    {
        await using var cluster = await Start();
        var id = (await cluster.Imports.Begin())!;
        await cluster.Imports.Add(id, ["1-c"]);
        await cluster.Imports.Add(id, ["2-c"]);
        cluster.LeaveAlone();
        await cluster.CrashImports();
        cluster.Storage.OfType(Names).Count().ShouldBe(2);
        for (var second = 0; second < 660; second++) await cluster.Advance(TimeSpan.FromSeconds(1));
        await VirtualCluster.Until(async () => await cluster.Imports.GetImport(id) is null);
        (await cluster.Imports.Add(id, ["3-c"])).ShouldBeFalse();
        (await cluster.Imports.Complete(id)).ShouldBeNull();
        cluster.Storage.OfType(Names).ShouldBeEmpty();
        cluster.Reminders.Exists(cluster.Imports.GetGrainId()).ShouldBeFalse();
        cluster.Verifier.Asked.ShouldBe(0);
    }

    [Fact]
    public async Task There_are_only_so_many_at_once_and_the_last_ones_that_are_done_are_kept()
    {
        await using var cluster = await Start();
        var ids = new List<string>();
        for (var n = 0; n < ImportsState.Most; n++) ids.Add((await cluster.Imports.Begin())!);
        (await cluster.Imports.Begin()).ShouldBeNull();
        foreach (var id in ids) await cluster.Imports.Complete(id);
        foreach (var id in ids) await Finish(cluster, id);
        await Finish(cluster, await Import(cluster, ["1-c"]));
        (await cluster.Imports.GetImport(ids[0])).ShouldBeNull();
        (await cluster.Imports.GetImport(ids[1])).ShouldNotBeNull();
    }
}
