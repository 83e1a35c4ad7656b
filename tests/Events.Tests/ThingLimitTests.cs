using System.Collections.Concurrent;
using CsCheck;
using IoTOrleans.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests;

public sealed class ThingLimitTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_at_the_same_time_do_not_pass_it_together()
    {
        var stored = new Stored();
        using var limit = Limit(100, stored);
        var refused = 0;
        await Parallel.ForAsync(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (request, cancel) =>
        {
            using var names = limit.Begin();
            string[] asked = [.. Enumerable.Range(0, 10).Select(n => $"{request}-{n}")];
            var noRoom = await names.Take(asked, cancel);
            foreach (var name in asked.Except(noRoom)) stored.Store(name, limit);
            Interlocked.Add(ref refused, noRoom.Count);
        });
        stored.Names.Count.ShouldBeLessThanOrEqualTo(100);
        refused.ShouldBeGreaterThanOrEqualTo(540);
        (await limit.HasRoomFor("new")).ShouldBe(stored.Names.Count < 100, "what is refused takes no room");
    }

    [Fact]
    public async Task Below_it_nobody_is_looked_up_and_at_it_known_names_pass()
    {
        var stored = new Stored("a", "b", "c");
        using var limit = Limit(4, stored);
        (await Takes(limit, "d")).ShouldBeTrue();
        stored.Questions.ShouldBe(0);
        (await Takes(limit, "a", "b", "c")).ShouldBeTrue();
        stored.Store("d", limit);
        (await Takes(limit, "a", "d", "b", "c")).ShouldBeTrue();
        (await Takes(limit, "a", "e")).ShouldBeFalse();
        using (var some = limit.Begin()) (await some.Take(["e", "a", "f", "d"], Cancel)).ShouldBe(["e", "f"]);
        (await limit.IsReached(Cancel)).ShouldBeTrue();
    }

    /// <summary>Whatever is asked at the same time, and in which way: an event of a known thing may be its outage.</summary>
    [Fact]
    public Task Known_names_always_pass_and_the_limit_holds() => Gen.Select(
        Gen.Int[1, 12], Gen.Int[0, 12], Gen.Int[0, 20].HashSet[1, 12].Array[1, 12], Gen.Bool).SampleAsync(
        async (most, known, requests, isLong) =>
        {
            var stored = new Stored([.. Enumerable.Range(0, known).Select(n => $"{n}")]);
            using var limit = Limit(most, stored);
            await limit.Count(Cancel);
            await Parallel.ForEachAsync(requests, Cancel, async (request, cancel) =>
            {
                string[] asked = [.. request.Select(n => $"{n}")];
                var before = asked.Where(stored.Names.ContainsKey).ToList();
                using var names = limit.Begin();
                var noRoom = isLong ? await names.TakeOneByOne(asked, cancel) : await names.Take(asked, cancel);
                noRoom.Intersect(before).ShouldBeEmpty();
                await Task.Yield();
                foreach (var name in asked.Except(noRoom)) stored.Store(name, limit);
            });
            stored.Names.Count.ShouldBeLessThanOrEqualTo(Math.Max(most, known));
            (await limit.HasRoomFor("new")).ShouldBe(stored.Names.Count < most, "all room is given back");
        });

    [Fact]
    public async Task A_long_list_of_known_names_takes_no_room_from_others()
    {
        string[] known = [.. Enumerable.Range(0, 99).Select(n => $"known-{n}")];
        using var limit = Limit(100, new Stored(known));
        using var list = limit.Begin();
        (await list.TakeOneByOne(known, Cancel)).ShouldBeEmpty();
        (await limit.HasRoomFor("new")).ShouldBeTrue();
        (await list.TakeOneByOne(["one", "two"], Cancel)).ShouldBe(["two"]);
        (await limit.HasRoomFor("new")).ShouldBeFalse();
    }

    [Fact]
    public async Task It_is_said_when_it_is_reached_and_again_after_it_has_fallen_below()
    {
        var log = new RecordingLogger<ThingLimit>();
        using var limit = new ThingLimit(2, new Stored("a", "b"), log);
        await limit.Count(Cancel);
        await limit.Count(Cancel);
        log.Lines.Count.ShouldBe(1);
        limit.Added();
        limit.Removed();
        log.Lines.Count.ShouldBe(1, "it was never below");
        limit.Removed();
        (await limit.IsReached(Cancel)).ShouldBeFalse();
        limit.Added();
        log.Lines.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Zero_is_no_limit()
    {
        using var limit = Limit(0, new Stored("a", "b"));
        (await limit.HasRoomFor("c")).ShouldBeTrue();
        (await limit.IsReached(Cancel)).ShouldBeFalse();
    }

    private static ThingLimit Limit(int most, Stored stored) => new(most, stored, NullLogger<ThingLimit>.Instance);

    private static async Task<bool> Takes(ThingLimit limit, params string[] names)
    {
        using var some = limit.Begin();
        return (await some.Take(names, Cancel)).Count == 0;
    }

    /// <summary>A refusal may become a false outage; what is taken in waits for storage.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task While_storage_fails_or_hangs_nobody_is_refused(bool hangs)
    {
        var time = new FakeTimeProvider();
        var stored = new Stored("a") { Trouble = hangs ? new TaskCompletionSource<bool>().Task : Task.FromException<bool>(new IOException()) };
        using var limit = new ThingLimit(1, stored, NullLogger<ThingLimit>.Instance, time);
        using var names = limit.Begin();
        var taken = names.Take(["a", "b", "c"], Cancel).AsTask();
        time.Advance(TimeSpan.FromSeconds(2));
        (await taken).ShouldBeEmpty();
        stored.Questions.ShouldBe(1, "one is enough to know");
    }

    private sealed class Stored(params string[] names) : IKnownThings
    {
        private int _questions;

        public ConcurrentDictionary<string, bool> Names { get; } = new(names.Select(name => new KeyValuePair<string, bool>(name, true)));

        public int Questions => _questions;

        public Task<bool>? Trouble { get; init; }

        public void Store(string name, ThingLimit limit)
        {
            if (Names.TryAdd(name, true)) limit.Added();
        }

        public Task<long> Count(CancellationToken cancellationToken) => Task.FromResult((long)Names.Count);

        public Task<bool> Knows(string thingName, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _questions);
            if (Trouble is not null) return Trouble;
            return Task.FromResult(Names.ContainsKey(thingName));
        }
    }
}
