using System.Text;

namespace IoTOrleans.Sqlite.Tests.Storage;

public sealed class ListGrainsTests : TestWithStore
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public async Task Pages_hold_each_grain_once_in_the_order_of_their_bytes(int limit)
    {
        foreach (var key in OddKeys.All) await Write("Default", "presence", key);
        await Write("Default", "other state", "a");
        await Write("Other provider", "presence", "a");

        var listed = new List<StoredGrain>();
        IReadOnlyList<StoredGrain> page;
        do
        {
            page = await List(listed.LastOrDefault()?.GrainId, limit);
            page.Count.ShouldBeLessThanOrEqualTo(limit);
            listed.AddRange(page);
        }
        while (page.Count == limit);

        listed.Select(grain => grain.GrainId.Key.ToString()!).ShouldBe(OddKeys.All.OrderBy(Hex, StringComparer.Ordinal));

        static string Hex(string key) => Convert.ToHexString(Encoding.UTF8.GetBytes(key));
    }

    [Fact]
    public async Task A_listed_grain_comes_with_its_data_and_ETag()
    {
        var written = await Write("Default", "presence", "rpi-1");

        var listed = (await List(after: null, limit: 10)).ShouldHaveSingleItem();

        listed.GrainId.ShouldBe(GrainId.Create("device", "rpi-1"));
        listed.ETag.ShouldBe(written.ETag);
        new JsonSerializer().Deserialize<ConformanceState>(listed.Data).ShouldBe(written.State);
    }

    [Fact]
    public async Task A_page_without_room_is_refused() =>
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => List(after: null, limit: 0));

    private Task<IReadOnlyList<StoredGrain>> List(GrainId? after, int limit) =>
        Store.ListGrains("Default", "presence", after, limit, TestContext.Current.CancellationToken);

    private async Task<GrainState<ConformanceState>> Write(string storage, string stateName, string key)
    {
        var state = new GrainState<ConformanceState>(new() { Text = key });
        await Store.Storage(storage)
            .WriteStateAsync(stateName, GrainId.Create("device", key), state, TestContext.Current.CancellationToken);
        return state;
    }
}
