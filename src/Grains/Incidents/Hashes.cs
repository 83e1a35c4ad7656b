namespace IoTOrleans.Grains.Incidents;

/// <summary>A set of 48-bit hashes as it is stored: ascending, six bytes each.</summary>
internal static class Hashes
{
    private const int Width = 6;

    public static byte[] Pack(IEnumerable<long> hashes)
    {
        var sorted = hashes.Distinct().Order().ToArray();
        var packed = new byte[sorted.Length * Width];
        for (var i = 0; i < sorted.Length; i++)
        {
            for (var b = 0; b < Width; b++) packed[(i * Width) + b] = (byte)(sorted[i] >> (8 * (Width - 1 - b)));
        }

        return packed;
    }

    public static int Count(byte[] packed) => packed.Length / Width;

    public static bool Contains(byte[] packed, long hash)
    {
        var (low, high) = (0, Count(packed) - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var found = At(packed, middle);
            if (found == hash) return true;
            if (found < hash) low = middle + 1;
            else high = middle - 1;
        }

        return false;
    }

    private static long At(byte[] packed, int index)
    {
        long hash = 0;
        for (var b = 0; b < Width; b++) hash = (hash << 8) | packed[(index * Width) + b];
        return hash;
    }
}
