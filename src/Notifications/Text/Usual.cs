namespace IoTOrleans.Notifications.Text;

/// <summary>How long this thing is usually away: it tells whether this time is anything special.</summary>
/// <param name="Within">So many of them ended within <paramref name="Bound"/>: at least nine in ten.</param>
/// <param name="Longest">None took longer; the same as <paramref name="Bound"/> if all are within that.</param>
internal sealed record Usual(int Outages, int Within, TimeSpan Bound, TimeSpan Longest)
{
    private const int TooFewToSay = 5;

    /// <param name="durations">Entry n counts the outages of 2ⁿ up to 2ⁿ⁺¹ seconds.</param>
    public static Usual? Of(IReadOnlyList<int> durations)
    {
        var total = durations.Sum();
        if (total < TooFewToSay) return null;

        var within = 0;
        var bucket = -1;
        while (within * 10 < total * 9) within += durations[++bucket];
        return new Usual(total, within, BoundOf(bucket), BoundOf(durations.Count - 1));
    }

    /// <summary>"Within 3 min" is as true as "within 128 s" and can be read.</summary>
    private static TimeSpan BoundOf(int bucket)
    {
        var bound = TimeSpan.FromSeconds(Math.Pow(2, bucket + 1));
        return bound switch
        {
            { TotalMinutes: < 1 } => bound,
            { TotalHours: < 1 } => RoundUp(bound, TimeSpan.FromMinutes(1)),
            { TotalDays: < 1 } => RoundUp(bound, TimeSpan.FromMinutes(10)),
            _ => RoundUp(bound, TimeSpan.FromHours(1)),
        };
    }

    private static TimeSpan RoundUp(TimeSpan value, TimeSpan unit) => unit * Math.Ceiling(value / unit);
}
