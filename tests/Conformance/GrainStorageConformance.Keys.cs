namespace IoTOrleans.Conformance;

/// <summary>No two grains, states or providers may share a row.</summary>
public abstract partial class GrainStorageConformance
{
    [Fact]
    public virtual async Task Odd_keys_are_kept_apart()
    {
        foreach (var key in OddKeys.All) await Write(GrainId.Create("odd", key), new() { Text = key });

        foreach (var key in OddKeys.All) (await Read(GrainId.Create("odd", key))).State.ShouldBe(new ConformanceState { Text = key });
    }

    [Fact]
    public virtual async Task Many_grains_written_at_once_keep_their_own_states()
    {
        var grains = Enumerable.Range(0, 300).Select(number => (Id: AnyGrain(), Number: number)).ToList();
        await Task.WhenAll(grains.Select(grain => Write(grain.Id, new() { Number = grain.Number })));

        var read = await Task.WhenAll(grains.Select(grain => Read(grain.Id)));

        read.Select(state => state.State!.Number).ShouldBe(grains.Select(grain => (long)grain.Number));
    }

    [Fact]
    public virtual async Task Grain_types_are_kept_apart()
    {
        var key = Guid.NewGuid().ToString("N");
        await Write(GrainId.Create("one", key), new() { Number = 1 });

        (await Read(GrainId.Create("other", key))).RecordExists.ShouldBeFalse();
    }

    [Fact]
    public virtual async Task State_names_are_kept_apart()
    {
        var one = await Write(AnyGrain(out var grain), new() { Number = 1 }, stateName: "one");
        (await Read(grain, "other")).RecordExists.ShouldBeFalse();
        await Write(grain, new() { Number = 2 }, stateName: "other");

        await _storage.ClearStateAsync("one", grain, one);

        (await Read(grain, "other")).State!.Number.ShouldBe(2);
    }

    [Fact]
    public virtual async Task Named_providers_are_kept_apart()
    {
        var other = await CreateStorage("Other");
        var mine = await Write(AnyGrain(out var grain), new() { Number = 1 });
        (await Read(grain, storage: other)).RecordExists.ShouldBeFalse();
        await Write(grain, new() { Number = 2 }, storage: other);

        await _storage.ClearStateAsync(StateName, grain, mine);

        (await Read(grain, storage: other)).State!.Number.ShouldBe(2);
    }
}
