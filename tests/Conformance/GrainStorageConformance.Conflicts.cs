namespace IoTOrleans.Conformance;

/// <summary>Two activations of one grain, each as if it were the only one: the second write must fail.</summary>
public abstract partial class GrainStorageConformance
{
    [Fact]
    public virtual async Task A_stale_write_is_refused()
    {
        var first = await Write(AnyGrain(out var grain), new() { Number = 1 });
        var second = await Write(grain, new() { Number = 2 }, first.ETag);
        var stale = new GrainState<ConformanceState>(new() { Number = 3 }, first.ETag) { RecordExists = true };

        var conflict = await Should.ThrowAsync<InconsistentStateException>(() => _storage.WriteStateAsync(StateName, grain, stale));

        conflict.CurrentEtag.ShouldBe(first.ETag);
        conflict.StoredEtag.ShouldBe(second.ETag);
        stale.ShouldSatisfyAllConditions(
            () => stale.ETag.ShouldBe(first.ETag),
            () => stale.State!.Number.ShouldBe(3),
            () => stale.RecordExists.ShouldBeTrue());
        await ShouldHold(grain, second);
    }

    [Fact]
    public virtual async Task A_second_insert_is_refused()
    {
        var first = await Write(AnyGrain(out var grain), new() { Number = 1 });
        var second = new GrainState<ConformanceState>(new() { Number = 2 });

        await Should.ThrowAsync<InconsistentStateException>(() => _storage.WriteStateAsync(StateName, grain, second));

        second.ETag.ShouldBeNull();
        second.RecordExists.ShouldBeFalse();
        await ShouldHold(grain, first);
    }

    [Fact]
    public virtual async Task A_stale_clear_is_refused()
    {
        var first = await Write(AnyGrain(out var grain), new() { Number = 1 });
        var second = await Write(grain, new() { Number = 2 }, first.ETag);
        var stale = new GrainState<ConformanceState>(new() { Number = 3 }, first.ETag) { RecordExists = true };

        await Should.ThrowAsync<InconsistentStateException>(() => _storage.ClearStateAsync(StateName, grain, stale));

        stale.State!.Number.ShouldBe(3);
        stale.RecordExists.ShouldBeTrue();
        await ShouldHold(grain, second);
    }

    [Fact]
    public virtual async Task A_clear_by_one_who_never_saw_the_row_is_refused()
    {
        var first = await Write(AnyGrain(out var grain), new() { Number = 1 });

        await Should.ThrowAsync<InconsistentStateException>(() =>
            _storage.ClearStateAsync(StateName, grain, new GrainState<ConformanceState>(new())));

        await ShouldHold(grain, first);
    }

    [Fact]
    public virtual async Task A_write_and_a_clear_after_somebody_elses_clear_are_refused()
    {
        var mine = await Write(AnyGrain(out var grain), new() { Number = 1 });
        await _storage.ClearStateAsync(StateName, grain, await Read(grain));

        await Should.ThrowAsync<InconsistentStateException>(() => _storage.WriteStateAsync(StateName, grain, mine));
        await Should.ThrowAsync<InconsistentStateException>(() => _storage.ClearStateAsync(StateName, grain, mine));

        (await Read(grain)).RecordExists.ShouldBeFalse();
    }

    [Fact]
    public virtual async Task An_ETag_from_before_a_clear_does_not_fit_the_row_after_it()
    {
        var old = await Write(AnyGrain(out var grain), new() { Number = 1 });
        await _storage.ClearStateAsync(StateName, grain, await Read(grain));
        var present = await Write(grain, new() { Number = 2 });

        await Should.ThrowAsync<InconsistentStateException>(() => _storage.WriteStateAsync(StateName, grain, old));

        await ShouldHold(grain, present);
    }

    [Fact]
    public virtual async Task An_ETag_for_a_row_that_never_was_is_refused()
    {
        var grain = AnyGrain();

        await Should.ThrowAsync<InconsistentStateException>(() => Write(grain, new() { Number = 1 }, "never seen"));

        (await Read(grain)).RecordExists.ShouldBeFalse();
    }

    [Fact]
    public virtual async Task Of_concurrent_inserts_exactly_one_wins()
    {
        for (var round = 0; round < 10; round++) await ExactlyOneWins(AnyGrain(), etag: null);
    }

    [Fact]
    public virtual async Task Of_concurrent_writes_exactly_one_wins_each_round()
    {
        var etag = (await Write(AnyGrain(out var grain), new())).ETag!;
        for (var round = 0; round < 20; round++) etag = await ExactlyOneWins(grain, etag);
    }

    private async Task<string> ExactlyOneWins(GrainId grain, string? etag)
    {
        const int Writers = 16;
        var attempts = await Task.WhenAll(Enumerable.Range(1, Writers).Select(number => Task.Run(async () =>
        {
            try
            {
                return await Write(grain, new() { Number = number }, etag);
            }
            catch (InconsistentStateException)
            {
                return null;
            }
        })));

        var winner = attempts.Where(attempt => attempt is not null).ShouldHaveSingleItem()!;
        await ShouldHold(grain, winner);
        return winner.ETag!;
    }

    private async Task ShouldHold(GrainId grain, GrainState<ConformanceState> expected)
    {
        var read = await Read(grain);
        read.RecordExists.ShouldBeTrue();
        read.State.ShouldBe(expected.State);
        read.ETag.ShouldBe(expected.ETag);
    }
}
