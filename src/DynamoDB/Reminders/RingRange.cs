namespace IoTOrleans.DynamoDB.Reminders;

/// <summary>Orleans' ranges (begin, end]. They run over the top if begin is not below end; equal ends are the whole ring.</summary>
internal static class RingRange
{
    private const uint BucketWidth = 1u << 24;

    /// <returns>Ranges of hashes that each lie in one bucket, with both ends.</returns>
    public static IEnumerable<(uint First, uint Last)> Split(uint begin, uint end)
    {
        if (begin < end) return Buckets(begin + 1, end);
        var upper = begin == uint.MaxValue ? [] : Buckets(begin + 1, uint.MaxValue);
        return upper.Concat(Buckets(0, end));
    }

    private static IEnumerable<(uint First, uint Last)> Buckets(uint first, uint last)
    {
        for (long low = first; low <= last; low = (low / BucketWidth + 1) * BucketWidth)
            yield return ((uint)low, (uint)Math.Min(last, low | (BucketWidth - 1)));
    }
}
