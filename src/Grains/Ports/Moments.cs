namespace IoTOrleans.Grains.Ports;

/// <summary>The later or earlier of two moments, the longer or shorter of two waits. Where one is null, the other.</summary>
public static class Moments
{
    public static T Later<T>(T a, T b)
        where T : struct, IComparable<T> => a.CompareTo(b) > 0 ? a : b;

    public static T Earlier<T>(T a, T b)
        where T : struct, IComparable<T> => a.CompareTo(b) < 0 ? a : b;

    public static DateTimeOffset? Later(DateTimeOffset? a, DateTimeOffset? b) => a is null || b > a ? b : a;

    public static DateTimeOffset? Earlier(DateTimeOffset? a, DateTimeOffset? b) => a is null || b < a ? b : a;

    /// <summary>Times are stored in milliseconds; finer ones would compare differently before and after a restart.</summary>
    public static DateTimeOffset ToMilliseconds(DateTimeOffset time) =>
        DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());
}
