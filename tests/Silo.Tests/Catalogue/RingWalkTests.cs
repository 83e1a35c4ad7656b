using IoTOrleans.Grains.Ports;
using IoTOrleans.Silo.Catalogue;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Catalogue;

public sealed class RingWalkTests
{
    private static readonly RingPosition WholeRing = RingPosition.Start with { WidthBits = 32 };

    [Fact]
    public async Task An_empty_ring_is_walked_in_ranges_that_double_and_never_asks_for_all_of_it()
    {
        var ring = new TestRing([]);
        (await ring.Walk(limit: 100)).ShouldHaveSingleItem().ShouldBeEmpty();
        ring.Reads.ShouldBe(
        [
            (0xFFFFFFFF, 0x00FFFFFF), (0x00FFFFFF, 0x02FFFFFF), (0x02FFFFFF, 0x06FFFFFF), (0x06FFFFFF, 0x0EFFFFFF),
            (0x0EFFFFFF, 0x1EFFFFFF),
            (0x1EFFFFFF, 0x3EFFFFFF), (0x3EFFFFFF, 0x7EFFFFFF), (0x7EFFFFFF, 0xFEFFFFFF), (0xFEFFFFFF, 0xFFFFFFFF),
        ]);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(1u)]
    [InlineData(0x00FFFFFFu)]
    [InlineData(0x01000000u)]
    [InlineData(0x80000000u)]
    [InlineData(0xFFFFFFFEu)]
    [InlineData(0xFFFFFFFFu)]
    public async Task One_thing_is_found_once_wherever_it_lies(uint hash)
    {
        var ring = new TestRing([new(hash, "rpi-1")]);
        (await ring.Walk(limit: 1)).SelectMany(page => page).ShouldBe(["rpi-1"]);
        (await ring.Walk(limit: 100)).SelectMany(page => page).ShouldBe(["rpi-1"]);
    }

    [Fact]
    public async Task The_last_hash_and_the_first_are_neighbours_and_not_the_same()
    {
        var ring = new TestRing([new(0xFFFFFFFF, "last"), new(0, "first")]);
        (await ring.Walk(limit: 1)).SelectMany(page => page).ShouldBe(["first", "last"]);
    }

    [Fact]
    public async Task Equal_ends_are_the_full_ring_and_still_each_thing_once()
    {
        var ring = new TestRing([new(0, "a"), new(7, "b"), new(0xFFFFFFFF, "c")]);
        (await ring.Walk(limit: 2, WholeRing)).SelectMany(page => page).ShouldBe(["a", "b", "c"]);
        ring.Reads[0].ShouldBe((0xFFFFFFFF, 0xFFFFFFFF));
        ring.Reads.Skip(1).ShouldEachBe(read => read.Begin != read.End);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(100)]
    public async Task Things_that_share_a_hash_are_cut_between_pages_like_others(int limit)
    {
        var names = Enumerable.Range(0, 10).Select(i => $"tie-{i}").ToList();
        foreach (var hash in (uint[])[0, 42, 0xFFFFFFFF])
        {
            var ring = new TestRing(names.Select(name => new RingRow(hash, name)).Reverse());
            var pages = await ring.Walk(limit);
            pages.SelectMany(page => page).ShouldBe(names);
            pages[0].Count.ShouldBe(Math.Min(limit, names.Count));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(1000)]
    public async Task Five_thousand_things_come_once_each(int limit)
    {
        var ring = new TestRing(Enumerable.Range(0, 5000).Select(i => new RingRow(unchecked((uint)i * 2654435761), $"thing-{i}")));
        var found = (await ring.Walk(limit)).SelectMany(page => page).ToList();
        found.Order(StringComparer.Ordinal).ShouldBe(ring.Shown.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_page_asks_two_thousand_things_at_most_and_may_be_empty_with_a_next_one()
    {
        var well = Enumerable.Range(0, 3000).Select(i => new RingRow((uint)i, $"well-{i}"));
        var ring = new TestRing([.. well, new(0xF0000000, "away")]);
        var pages = await ring.Walk(limit: 10);
        pages.Select(page => page.Count).ShouldBe([0, 1]);
    }

    [Fact]
    public async Task A_crowded_ring_narrows_its_ranges_from_page_to_page()
    {
        // A million things: 3,900 of them in a range of the first width.
        var ring = new TestRing(Enumerable.Range(0, 40_000).Select(i => new RingRow((uint)i * 4295, $"thing-{i:d5}")));
        var position = RingPosition.Start;
        for (var page = 0; page < 10; page++) position = (await ring.Page(position, limit: 100)).Next!;
        position.WidthBits.ShouldBe(20);
        ring.Asked.ShouldBeLessThan(10 * (100 + RingWalk.AtOnce));
    }

    [Theory]
    [InlineData("0.32.", 24)]
    [InlineData("0.25.", 24)]
    [InlineData("0.7.", 7)]
    public void No_cursor_has_the_whole_ring_read_for_a_page(string text, int width) => RingPosition.Parse(text)
        .Narrowed().WidthBits.ShouldBe(width);

    [Theory]
    [InlineData("")]
    [InlineData("1.24")]
    [InlineData("100000000.24.")]
    [InlineData("ffffffffffffffff.24.")]
    [InlineData("-1.24.")]
    [InlineData("0.33.")]
    [InlineData("0.-1.")]
    [InlineData("x.24.")]
    public void A_position_that_is_none_is_refused(string text) => Should.Throw<CursorException>(() => RingPosition.Parse(text));
}
