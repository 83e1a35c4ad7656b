namespace IoTOrleans.Silo.Catalogue;

/// <summary>
/// One page of a walk over the reminder table, the index of all that is not well: range by range, and every thing found is asked,
/// since a row does not tell a thing in grace from one that is offline or well again.
/// </summary>
internal static class RingWalk
{
    /// <summary>Things asked at once.</summary>
    internal const int AtOnce = 32;

    /// <param name="limit">Items of a full page.</param>
    /// <param name="read">The rows after the first hash up to and with the second.</param>
    /// <param name="ask">Null: not to be shown.</param>
    /// <returns>Next is null when the ring has been walked.</returns>
    public static async Task<(IReadOnlyList<T> Items, RingPosition? Next)> Page<T>(
        RingPosition from, int limit, Func<uint, uint, Task<IEnumerable<RingRow>>> read, Func<RingRow, Task<T?>> ask)
        where T : class
    {
        var items = new List<T>();
        var rowsRead = 0;
        for (var position = from; !position.IsEnd;)
        {
            var (begin, end) = position.Range;
            var rows = (await read(begin, end)).Where(position.IsAhead)
                .OrderBy(row => row.Hash).ThenBy(row => row.ThingName, StringComparer.Ordinal).ToList();
            position = position.Yielded(rows.Count);
            foreach (var batch in rows.Chunk(AtOnce))
            {
                foreach (var (row, answer) in batch.Zip(await Task.WhenAll(batch.Select(ask))))
                {
                    position = position.Past(row);
                    if (answer is not null) items.Add(answer);
                    if (items.Count == limit || ++rowsRead == ThingQuery.MostRows) return (items, position);
                }
            }

            position = position.PastRange(end);
        }

        return (items, null);
    }
}

/// <summary>A row of the reminder table as a walk sees it.</summary>
internal readonly record struct RingRow(uint Hash, string ThingName);

/// <summary>
/// How far a walk along the ring of hashes has come. It goes from hash 0 to the highest, and through the things of one hash by name:
/// so a page may end anywhere, also between two things that share a hash.
/// </summary>
/// <param name="Hash">The next hash to be read; 2³² when all are.</param>
/// <param name="After">Of that hash, the things up to this one are done; null: none is.</param>
/// <param name="WidthBits">The next range spans 2ⁿ hashes.</param>
internal sealed record RingPosition(long Hash, string? After, int WidthBits)
{
    /// <summary>Below this a range was too narrow: its round trip hardly pays.</summary>
    internal const int FewRows = 64;

    /// <summary>Above this it was too wide: what does not fit the page is read again for the next.</summary>
    internal const int ManyRows = 256;

    private const int RingBits = 32;

    private const int FirstWidthBits = 24;

    public static RingPosition Start { get; } = new(0, null, FirstWidthBits);

    public bool IsEnd => Hash > uint.MaxValue;

    /// <summary>
    /// As <c>IReminderTable.ReadRows</c> takes it, without the begin and with the end: before hash 0 lies the highest one, and equal ends
    /// are the whole ring.
    /// </summary>
    public (uint Begin, uint End) Range => (unchecked((uint)(Hash - 1)), (uint)Math.Min(Hash + (1L << WidthBits) - 1, uint.MaxValue));

    public bool IsAhead(RingRow row) =>
        row.Hash > Hash || (row.Hash == Hash && (After is null || string.CompareOrdinal(row.ThingName, After) > 0));

    public RingPosition Past(RingRow row) => this with { Hash = row.Hash, After = row.ThingName };

    public RingPosition PastRange(uint end) => this with { Hash = end + 1L, After = null };

    /// <summary>The reminder table has no limit to ask with: the width follows from what the last range held.</summary>
    public RingPosition Yielded(int rows) => rows switch
    {
        < FewRows => this with { WidthBits = Math.Min(WidthBits + 1, RingBits) },
        > ManyRows => this with { WidthBits = Math.Max(WidthBits - 1, 0) },
        _ => this,
    };

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Hash:x}.{WidthBits}.{After}");

    /// <summary>
    /// A client's word for a wider range than the first is not taken: whoever wrote 32 would have the whole table read for one page.
    /// </summary>
    public RingPosition Narrowed() => this with { WidthBits = Math.Min(WidthBits, FirstWidthBits) };

    public static RingPosition Parse(string text) =>
        text.Split('.', 3) is [var hash, var width, var after]
        && long.TryParse(hash, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var next)
            && next is >= 0 and <= uint.MaxValue
        && int.TryParse(width, NumberStyles.None, CultureInfo.InvariantCulture, out var bits) && bits <= RingBits
            ? new(next, after.Length == 0 ? null : after, bits)
            : throw new CursorException("It is not one that this service gave out.");
}
