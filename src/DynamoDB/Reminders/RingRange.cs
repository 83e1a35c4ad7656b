namespace IoTOrleans.DynamoDB.Reminders;

/// <summary>A range of hashes in one bucket, with both ends.</summary>
internal readonly record struct BucketRange(uint First, uint Last);

/// <summary>Orleans' ranges (begin, end]. They run over the top if begin is not below end; equal ends are the whole ring.</summary>
internal static class RingRange
{
    private const uint BucketWidth = 1u << 24;

    public static IEnumerable<BucketRange> Split(uint begin, uint end)
    {
        if (begin < end) return Buckets(begin + 1, end);
        var upper = begin == uint.MaxValue ? [] : Buckets(begin + 1, uint.MaxValue);
        return upper.Concat(Buckets(0, end));
    }

    private static IEnumerable<BucketRange> Buckets(uint first, uint last)
    {
        for (long low = first; low <= last; low = (low / BucketWidth + 1) * BucketWidth)
            yield return new((uint)low, (uint)Math.Min(last, low | (BucketWidth - 1)));
    }
}
