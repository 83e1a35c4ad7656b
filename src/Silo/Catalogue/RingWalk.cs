namespace IoTOrleans.Silo.Catalogue;

/// <summary>One page of a walk over the reminder table. Each thing found is asked, since a row does not tell its status.</summary>
internal static class RingWalk
{
    internal const int AtOnce = 32;

    /// <param name="read">The rows after the first hash up to and with the second.</param>
    /// <param name="ask">Null: left out.</param>
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

internal readonly record struct RingRow(uint Hash, string ThingName);

/// <summary>How far a walk has come, from hash 0 to the highest. A page may end between two things with the same hash.</summary>
/// <param name="Hash">The next hash to read; 2³² at the end.</param>
/// <param name="After">The last thing of that hash that is done; null: none is.</param>
/// <param name="WidthBits">The next range spans 2ⁿ hashes.</param>
internal sealed record RingPosition(long Hash, string? After, int WidthBits)
{
    /// <summary>Below this the range was too narrow for a round trip.</summary>
    internal const int FewRows = 64;

    /// <summary>Above this the range was too wide: what does not fit the page is read again for the next.</summary>
    internal const int ManyRows = 256;

    private const int RingBits = 32;

    private const int FirstWidthBits = 24;

    public static RingPosition Start { get; } = new(0, null, FirstWidthBits);

    public bool IsEnd => Hash > uint.MaxValue;

    /// <summary>As <c>ReadRows</c> of the reminder table takes it: without the begin; equal ends are the whole ring.</summary>
    public (uint Begin, uint End) Range => (unchecked((uint)(Hash - 1)), (uint)Math.Min(Hash + (1L << WidthBits) - 1, uint.MaxValue));

    public bool IsAhead(RingRow row) =>
        row.Hash > Hash || (row.Hash == Hash && (After is null || string.CompareOrdinal(row.ThingName, After) > 0));

    public RingPosition Past(RingRow row) => this with { Hash = row.Hash, After = row.ThingName };

    public RingPosition PastRange(uint end) => this with { Hash = end + 1L, After = null };

    /// <summary>The reminder table takes no limit, so the width follows from what the last range held.</summary>
    public RingPosition Yielded(int rows) => rows switch
    {
        < FewRows => this with { WidthBits = Math.Min(WidthBits + 1, RingBits) },
        > ManyRows => this with { WidthBits = Math.Max(WidthBits - 1, 0) },
        _ => this,
    };

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Hash:x}.{WidthBits}.{After}");

    /// <summary>For a position from a client, who could otherwise ask for the whole table in one range.</summary>
    public RingPosition Narrowed() => this with { WidthBits = Math.Min(WidthBits, FirstWidthBits) };

    public static RingPosition Parse(string text) =>
        text.Split('.', 3) is [var hash, var width, var after]
        && long.TryParse(hash, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var next)
            && next is >= 0 and <= uint.MaxValue
        && int.TryParse(width, NumberStyles.None, CultureInfo.InvariantCulture, out var bits) && bits <= RingBits
            ? new(next, after.Length == 0 ? null : after, bits)
            : throw new CursorException("It is not one that this service gave out.");
}
