using System.Buffers.Binary;

namespace IoTOrleans.Grains.Incidents;

/// <summary>Stored sets of hashes, ascending, big-endian: six bytes each in the state, eight in a page.</summary>
internal static class Hashes
{
    private const int Width = 6;

    /// <summary>The 48 bits that are stored in the state.</summary>
    public static long Short(long hash) => hash >>> 16;

    public static byte[] Pack(IEnumerable<long> hashes)
    {
        var sorted = hashes.Select(Short).Distinct().Order().ToArray();
        var packed = new byte[sorted.Length * Width];
        for (var i = 0; i < sorted.Length; i++) Write(packed.AsSpan(i * Width, Width), sorted[i]);
        return packed;
    }

    public static int Count(byte[] packed) => packed.Length / Width;

    public static bool Contains(byte[] packed, long hash)
    {
        var wanted = Short(hash);
        var (low, high) = (0, Count(packed) - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var found = At(packed, middle);
            if (found == wanted) return true;
            if (found < wanted) low = middle + 1;
            else high = middle - 1;
        }

        return false;
    }

    /// <summary>For sets in the order of arrival.</summary>
    public static bool ContainsUnsorted(byte[] packed, long hash) =>
        Enumerable.Range(0, Count(packed)).Any(i => At(packed, i) == Short(hash));

    /// <summary>Adds one at the end; the oldest beyond <paramref name="most"/> go.</summary>
    public static byte[] Append(byte[] packed, long hash, int most)
    {
        var one = new byte[Width];
        Write(one, Short(hash));
        return [.. packed.AsSpan(Math.Max(0, Count(packed) + 1 - most) * Width), .. one];
    }

    public static byte[] PackPage(IEnumerable<long> hashes)
    {
        var sorted = hashes.Order().ToArray();
        var packed = new byte[sorted.Length * sizeof(long)];
        for (var i = 0; i < sorted.Length; i++) BinaryPrimitives.WriteInt64BigEndian(packed.AsSpan(i * sizeof(long)), sorted[i]);
        return packed;
    }

    /// <summary>All hashes of a batch, ascending.</summary>
    public static long[] UnpackPages(IEnumerable<byte[]> pages) => [.. pages.SelectMany(UnpackPage).Order()];

    private static IEnumerable<long> UnpackPage(byte[] page)
    {
        for (var i = 0; i < page.Length; i += sizeof(long)) yield return BinaryPrimitives.ReadInt64BigEndian(page.AsSpan(i));
    }

    private static void Write(Span<byte> into, long hash)
    {
        for (var b = 0; b < Width; b++) into[b] = (byte)(hash >> (8 * (Width - 1 - b)));
    }

    private static long At(byte[] packed, int index)
    {
        long hash = 0;
        for (var b = 0; b < Width; b++) hash = (hash << 8) | packed[(index * Width) + b];
        return hash;
    }
}
