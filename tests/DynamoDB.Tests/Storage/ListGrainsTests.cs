namespace IoTOrleans.DynamoDB.Tests.Storage;

public sealed class ListGrainsTests : TestWithTables
{
    private static readonly GrainType Device = GrainType.Create("device");

    private DynamoDBGrainStorage _storage = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _storage = await Tables.Storage();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public async Task Pages_hold_each_grain_of_the_type_once(int limit)
    {
        foreach (var key in OddKeys.All) await Write(_storage, "presence", GrainId.Create("device", key));
        await Write(_storage, "other state", GrainId.Create("device", "a"));
        await Write(_storage, "presence", GrainId.Create("device2", "a"));
        await Write(await Tables.Storage("Other provider"), "presence", GrainId.Create("device", "a"));

        var listed = new List<StoredGrain>();
        string? cursor = null;
        do
        {
            var page = await List(limit, cursor);
            page.Grains.Count.ShouldBeLessThanOrEqualTo(limit);
            listed.AddRange(page.Grains);
            cursor = page.Cursor;
        }
        while (cursor is not null);

        listed.Select(grain => grain.GrainId).ShouldBe(OddKeys.All.Select(key => GrainId.Create("device", key)), ignoreOrder: true);
    }

    [Fact]
    public async Task Two_hundred_and_fifty_things_come_in_pages_of_a_hundred()
    {
        await Task.WhenAll(Enumerable.Range(0, 250).Select(i => Write(_storage, "presence", GrainId.Create("device", $"thing-{i}"))));

        var first = await List(100, null);
        var second = await List(100, first.Cursor);
        var third = await List(100, second.Cursor);

        (first.Grains.Count, second.Grains.Count, third.Grains.Count, third.Cursor).ShouldBe((100, 100, 50, null));
        first.Grains.Concat(second.Grains).Concat(third.Grains).Select(grain => grain.GrainId).Distinct().Count().ShouldBe(250);
    }

    [Fact]
    public async Task A_page_reads_a_bounded_number_of_others_and_may_then_be_empty()
    {
        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Write(_storage, "presence", GrainId.Create("other", $"{i}"))));

        var page = await List(5, null);

        page.Grains.ShouldBeEmpty();
        page.Cursor.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_listed_grain_comes_with_its_data_and_ETag()
    {
        var written = await Write(_storage, "presence", GrainId.Create("device", "rpi-1"));

        var listed = (await List(10, null)).Grains.ShouldHaveSingleItem();

        listed.ETag.ShouldBe(written.ETag);
        new JsonSerializer().Deserialize<ConformanceState>(listed.Data).ShouldBe(written.State);
    }

    [Theory]
    [InlineData("no cursor")]
    [InlineData("")]
    [InlineData("bnVsbA")]
    [InlineData("WyIiLCIiXQ")]
    public async Task A_cursor_that_is_none_of_ours_is_refused(string cursor) =>
        await Should.ThrowAsync<FormatException>(() => List(10, cursor));

    [Theory]
    [InlineData(0)]
    [InlineData(1001)]
    public async Task A_page_of_no_or_any_size_is_refused(int limit) =>
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => List(limit, null));

    [Fact]
    public async Task Ping_asks_the_table() => await _storage.Ping(TestContext.Current.CancellationToken);

    private Task<GrainPage> List(int limit, string? cursor) =>
        _storage.ListGrains("presence", Device, limit, cursor, TestContext.Current.CancellationToken);

    private static async Task<GrainState<ConformanceState>> Write(DynamoDBGrainStorage storage, string stateName, GrainId grain)
    {
        var state = new GrainState<ConformanceState>(new() { Text = grain.ToString() });
        await storage.WriteStateAsync(stateName, grain, state);
        return state;
    }
}
