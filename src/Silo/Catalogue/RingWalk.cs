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
