namespace IoTOrleans.Conformance;

/// <summary>
/// What the grains of this project rely on from an <see cref="IGrainStorage"/>. A provider's test project inherits it once. Where a
/// provider differs on purpose, override the test with <c>[Fact(Skip = "why")]</c>.
/// </summary>
public abstract partial class GrainStorageConformance : IAsyncLifetime
{
    private const string StateName = "conformance";

    private IGrainStorage _storage = null!;

    /// <summary>Makes the provider of this name. Providers of one test stand on the same medium (file, table).</summary>
    protected abstract Task<IGrainStorage> CreateStorage(string name);

    /// <summary>Characters of the largest state that a provider must take.</summary>
    protected virtual int BigStateLength => 1_000_000;

    public virtual async ValueTask InitializeAsync() => _storage = await CreateStorage("Conformance");

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public virtual async Task A_grain_never_written_reads_as_new()
    {
        var state = new GrainState<ConformanceState>(new() { Text = "left over" }, "left over") { RecordExists = true };

        await _storage.ReadStateAsync(StateName, AnyGrain(), state);

        state.RecordExists.ShouldBeFalse();
        state.ETag.ShouldBeNull();
        state.State.ShouldBe(new ConformanceState());
    }

    [Fact]
    public virtual async Task What_was_written_is_read_back()
    {
        var value = new ConformanceState { Text = "玄関 \"door\"\n\t✓ 🚪", Number = long.MinValue, At = DateTimeOffset.UnixEpoch.AddTicks(1) };
        var written = await Write(AnyGrain(out var grain), value);
        written.RecordExists.ShouldBeTrue();
        written.ETag.ShouldNotBeNullOrEmpty();
        written.State.ShouldBe(value);
        await ShouldHold(grain, written);
    }

    [Fact]
    public virtual async Task A_state_of_defaults_is_a_state()
    {
        await Write(AnyGrain(out var grain), new());

        var read = await Read(grain);

        read.RecordExists.ShouldBeTrue();
        read.State.ShouldBe(new ConformanceState());
    }

    [Fact]
    public virtual async Task A_state_written_as_null_is_none_but_its_ETag_is_kept()
    {
        var state = await Write(AnyGrain(out var grain), new() { Number = 1 });
        state.State = null!;
        await _storage.WriteStateAsync(StateName, grain, state);

        var read = await Read(grain);

        read.RecordExists.ShouldBeFalse();
        read.ETag.ShouldBe(state.ETag);
        read.State.ShouldBe(new ConformanceState());
        read.State = new() { Number = 2 };
        await _storage.WriteStateAsync(StateName, grain, read);
        (await Read(grain)).State.ShouldBe(new ConformanceState { Number = 2 });
    }

    [Fact]
    public virtual async Task Every_write_gives_a_new_ETag_even_of_the_same_values()
    {
        var state = await Write(AnyGrain(out var grain), new() { Number = 1 });
        var seen = new HashSet<string> { state.ETag! };
        for (var i = 0; i < 5; i++)
        {
            await _storage.WriteStateAsync(StateName, grain, state);
            seen.Add(state.ETag!).ShouldBeTrue();
        }

        (await Read(grain)).ETag.ShouldBe(state.ETag);
    }

    [Fact]
    public virtual async Task Clearing_deletes_the_row()
    {
        var state = await Write(AnyGrain(out var grain), new() { Number = 1 });

        await _storage.ClearStateAsync(StateName, grain, state);

        state.RecordExists.ShouldBeFalse();
        state.ETag.ShouldBeNull();
        state.State.ShouldBe(new ConformanceState());
        var read = await Read(grain);
        read.RecordExists.ShouldBeFalse();
        read.ETag.ShouldBeNull();
        read.State.ShouldBe(new ConformanceState());
    }

    [Fact]
    public virtual async Task A_cleared_grain_begins_anew_with_an_ETag_never_seen_before()
    {
        var state = await Write(AnyGrain(out var grain), new() { Number = 1 });
        var before = state.ETag;
        await _storage.ClearStateAsync(StateName, grain, state);

        state.State = new() { Number = 2 };
        await _storage.WriteStateAsync(StateName, grain, state);

        state.ETag.ShouldNotBe(before);
        (await Read(grain)).State.ShouldBe(new ConformanceState { Number = 2 });
    }

    [Fact]
    public virtual async Task Clearing_what_was_never_written_and_clearing_twice_change_nothing()
    {
        var grain = AnyGrain();
        var state = new GrainState<ConformanceState>(new());
        await _storage.ClearStateAsync(StateName, grain, state);
        state.RecordExists.ShouldBeFalse();

        await _storage.WriteStateAsync(StateName, grain, state);
        await _storage.ClearStateAsync(StateName, grain, state);
        await _storage.ClearStateAsync(StateName, grain, state);

        state.RecordExists.ShouldBeFalse();
        (await Read(grain)).RecordExists.ShouldBeFalse();
    }

    [Fact]
    public virtual async Task A_big_state_is_read_back()
    {
        var text = string.Concat(Enumerable.Repeat("0123456789", BigStateLength / 10));
        await Write(AnyGrain(out var grain), new() { Text = text });

        (await Read(grain)).State!.Text.ShouldBe(text);
    }

    protected static GrainId AnyGrain() => GrainId.Create("conformance", Guid.NewGuid().ToString("N"));

    private static GrainId AnyGrain(out GrainId grain) => grain = AnyGrain();

    private async Task<GrainState<ConformanceState>> Read(GrainId grain, string stateName = StateName, IGrainStorage? storage = null)
    {
        var state = new GrainState<ConformanceState>(new() { Text = "must be replaced" });
        await (storage ?? _storage).ReadStateAsync(stateName, grain, state);
        return state;
    }

    private async Task<GrainState<ConformanceState>> Write(
        GrainId grain, ConformanceState value, string? etag = null, string stateName = StateName, IGrainStorage? storage = null)
    {
        var state = new GrainState<ConformanceState>(value, etag) { RecordExists = etag is not null };
        await (storage ?? _storage).WriteStateAsync(stateName, grain, state);
        return state;
    }
}
