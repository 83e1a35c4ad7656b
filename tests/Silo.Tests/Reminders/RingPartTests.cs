using IoTOrleans.Silo.Reminders;
using Orleans.Runtime;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Reminders;

public sealed class RingPartTests
{
    [Theory]
    [InlineData(0u, 0u)]
    [InlineData(7u, 7u)]
    [InlineData(0u, 1u)]
    [InlineData(0xF000_0000u, 0x1000_0000u)]
    [InlineData(0x1000_0000u, 0xF000_0000u)]
    [InlineData(uint.MaxValue, 3u)]
    public void The_pieces_are_the_whole_each_hash_once(uint begin, uint end)
    {
        var whole = new RingPart(begin, end);
        var pieces = whole.Pieces().ToList();
        pieces[0].Begin.ShouldBe(begin);
        pieces[^1].End.ShouldBe(end);
        pieces.Zip(pieces.Skip(1)).ShouldNotContain(pair => pair.First.End != pair.Second.Begin);
        pieces.Sum(piece => (long)unchecked(piece.End - piece.Begin)).ShouldBe(begin == end ? 1L << 32 : unchecked(end - begin));

        foreach (var grain in Enumerable.Range(0, 1000).Select(i => GrainId.Create("device", $"thing-{i}")))
            pieces.Count(piece => piece.Contains(grain)).ShouldBe(whole.Contains(grain) ? 1 : 0);
    }
}
