using IoTOrleans.Silo.Catalogue;
using Shouldly;

namespace IoTOrleans.Silo.Tests.Catalogue;

/// <summary>
/// A reminder table's rows, read as Orleans reads them: begin without, end with, and round the ring if begin is not below end. Things
/// whose names begin with "well" are not shown.
/// </summary>
internal sealed class TestRing(IEnumerable<RingRow> rows)
{
    private readonly List<RingRow> _rows = [.. rows];

    public List<(uint Begin, uint End)> Reads { get; } = [];

    public int Asked { get; private set; }

    public IEnumerable<string> Shown => _rows.Where(row => !row.ThingName.StartsWith("well", StringComparison.Ordinal))
        .Select(row => row.ThingName);

    public Task<(IReadOnlyList<string> Items, RingPosition? Next)> Page(RingPosition from, int limit) =>
        RingWalk.Page(from, limit, Read, Ask);

    /// <summary>All pages, each from what a client would hold in its hands; checks what has to hold for every page.</summary>
    public async Task<List<IReadOnlyList<string>>> Walk(int limit, RingPosition? from = null)
    {
        var pages = new List<IReadOnlyList<string>>();
        for (var position = from ?? RingPosition.Start; ;)
        {
            var before = Asked;
            var (items, next) = await Page(position, limit);
            items.Count.ShouldBeLessThanOrEqualTo(limit);
            (Asked - before).ShouldBeLessThan(ThingQuery.MostRows + RingWalk.AtOnce);
            pages.Add(items);
            if (next is null) return pages;

            pages.Count.ShouldBeLessThanOrEqualTo((_rows.Count / Math.Min(limit, ThingQuery.MostRows)) + _rows.Count + 1, "it gets ahead");
            position = RingPosition.Parse(next.ToString());
            position.ShouldBe(next);
        }
    }

    private Task<IEnumerable<RingRow>> Read(uint begin, uint end)
    {
        Reads.Add((begin, end));
        return Task.FromResult(_rows.Where(row => begin < end ? row.Hash > begin && row.Hash <= end : row.Hash > begin || row.Hash <= end));
    }

    private async Task<string?> Ask(RingRow row)
    {
        Asked++;
        await Task.Yield();
        return row.ThingName.StartsWith("well", StringComparison.Ordinal) ? null : row.ThingName;
    }
}
