using CsCheck;
using IoTOrleans.Silo.Catalogue;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Catalogue;

public sealed class RingWalkProperties
{
    /// <summary>Anywhere, crowded together, and at the ends, so that hashes are shared and ranges are full, empty and cut.</summary>
    private static readonly Gen<uint> Hash = Gen.Frequency(
        (4, Gen.UInt), (3, Gen.UInt[0, 300]),
        (2, Gen.UInt[0x01000000 - 2, 0x01000000 + 2]), (2, Gen.UInt[uint.MaxValue - 2, uint.MaxValue]), (1, Gen.Const(0u)));

    private static readonly Gen<(RingRow[] Rows, int Limit, int WidthBits)> Worlds = Gen.Select(
        Gen.Select(Hash, Gen.Bool).Array[0, 700], Gen.Int[1, 60], Gen.Int[0, 32],
        (things, limit, width) =>
            (things.Select((thing, i) => new RingRow(thing.Item1, $"{(thing.Item2 ? "well" : "away")}-{i}")).ToArray(), limit, width));

    [Fact]
    public void Whatever_lies_on_the_ring_is_shown_once_whatever_the_limit_and_the_width() => Worlds.Sample(world =>
    {
        var ring = new TestRing(world.Rows);
        var pages = ring.Walk(world.Limit, RingPosition.Start with { WidthBits = world.WidthBits }).GetAwaiter().GetResult();
        pages.SelectMany(page => page).Order(StringComparer.Ordinal).ShouldBe(ring.Shown.Order(StringComparer.Ordinal));
        pages.SkipLast(1).ShouldNotContain(page => page.Count != world.Limit);
        ring.Reads.ShouldNotContain(
            read => read.Begin == read.End && read.End != uint.MaxValue, "equal ends anywhere else would show all of it again");
    }, iter: 1000);
}
