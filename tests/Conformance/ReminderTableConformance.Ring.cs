namespace IoTOrleans.Conformance;

/// <summary>
/// Silos divide the hashes of the grains among themselves, as ranges (begin, end] of a ring. A range whose begin is not below its end runs
/// over the top, and equal ends mean the whole ring.
/// </summary>
public abstract partial class ReminderTableConformance
{
    /// <summary>Found by a search over billions of keys.</summary>
    private static readonly GrainId Lowest = Grain("3514703803"), Highest = Grain("3774755005");

    /// <summary>Fewer for a table that takes its time over a range.</summary>
    protected virtual int RandomRanges => 100;

    [Fact]
    public virtual async Task The_ends_of_the_ring_belong_to_the_range_that_ends_there()
    {
        Lowest.GetUniformHashCode().ShouldBe(uint.MinValue);
        Highest.GetUniformHashCode().ShouldBe(uint.MaxValue);
        await _table.UpsertRow(Reminder(Lowest));
        await _table.UpsertRow(Reminder(Highest));

        await RangeShouldHold(0, uint.MaxValue, Highest);
        await RangeShouldHold(uint.MaxValue, 0, Lowest);
        await RangeShouldHold(uint.MaxValue, 1, Lowest);
        await RangeShouldHold(uint.MaxValue - 1, uint.MaxValue, Highest);
        await RangeShouldHold(uint.MaxValue - 1, 0, Highest, Lowest);
        await RangeShouldHold(0, uint.MaxValue - 1);
        await RangeShouldHold(1, 0, Highest, Lowest);
    }

    [Theory]
    [InlineData(uint.MinValue)]
    [InlineData(1u)]
    [InlineData(0x80000000u)]
    [InlineData(uint.MaxValue)]
    public virtual async Task Equal_ends_are_the_whole_ring(uint ends)
    {
        var grains = (GrainId[])[Lowest, Highest, .. Enumerable.Range(0, 10).Select(i => Grain($"{i}"))];
        foreach (var grain in grains) await _table.UpsertRow(Reminder(grain));

        await RangeShouldHold(ends, ends, grains);
    }

    [Fact]
    public virtual async Task A_range_leaves_out_its_begin_and_takes_in_its_end()
    {
        var grain = Grain("a");
        var hash = grain.GetUniformHashCode();
        await _table.UpsertRow(Reminder(grain));

        await RangeShouldHold(hash - 1, hash, grain);
        await RangeShouldHold(hash, hash + 1);
        await RangeShouldHold(hash, hash - 1);
        await RangeShouldHold(hash, hash, grain);
        await RangeShouldHold(hash + 1, hash, grain);
        await RangeShouldHold(hash + 1, hash - 1);
    }

    [Fact]
    public virtual async Task Any_range_holds_what_lies_in_it()
    {
        var grains = Enumerable.Range(0, 40).Select(i => Grain($"{i}")).Append(Lowest).Append(Highest).ToList();
        foreach (var grain in grains) await _table.UpsertRow(Reminder(grain));
        var ends = grains.Select(grain => grain.GetUniformHashCode()).SelectMany(hash => new[] { hash, hash - 1, hash + 1 }).ToArray();
        var random = new Random(20261123);

        for (var i = 0; i < RandomRanges; i++)
        {
            var (begin, end) = (ends[random.Next(ends.Length)], ends[random.Next(ends.Length)]);
            await RangeShouldHold(begin, end, grains.Where(grain => IsIn(grain.GetUniformHashCode(), begin, end)).ToArray());
        }
    }

    [Fact]
    public virtual async Task Ranges_side_by_side_hold_each_of_many_rows_once()
    {
        var grains = Enumerable.Range(0, 500).Select(i => Grain($"thing-{i}")).ToList();
        await Task.WhenAll(grains.Select(grain => _table.UpsertRow(Reminder(grain))));
        await Task.WhenAll(grains.Select(grain => _table.UpsertRow(Reminder(grain, "other"))));

        var rows = new List<ReminderEntry>();
        const uint Width = 1u << 28;
        for (uint i = 0, begin = uint.MaxValue; i < 16; i++, begin += Width)
            rows.AddRange((await _table.ReadRows(begin, begin + Width)).Reminders);

        rows.Select(row => (row.GrainId, row.ReminderName)).ShouldBe(
            grains.SelectMany(grain => new[] { (grain, "grace"), (grain, "other") }), ignoreOrder: true);
    }

    private static bool IsIn(uint hash, uint begin, uint end) => begin < end ? hash > begin && hash <= end : hash > begin || hash <= end;

    private async Task RangeShouldHold(uint begin, uint end, params GrainId[] grains) =>
        (await _table.ReadRows(begin, end)).Reminders.Select(row => row.GrainId).ShouldBe(grains, ignoreOrder: true, $"({begin}, {end}]");
}
