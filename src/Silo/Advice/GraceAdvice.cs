namespace IoTOrleans.Silo.Advice;

/// <summary>
/// What another grace would have meant for past outages. Only the number of outages of 2ⁿ up to 2ⁿ⁺¹ seconds is stored, so each result is a
/// pair of bounds; they are equal at a power of two seconds.
/// </summary>
internal sealed record GraceAdvice(int Outages, Bounds<TimeSpan>? Longest, GraceOutcome Current, GraceOutcome? Asked, QuietGrace? Suggested)
{
    /// <param name="durations">Entry n counts the outages of 2ⁿ up to 2ⁿ⁺¹ seconds, entry 0 all below 2 s.</param>
    public static GraceAdvice Of(IReadOnlyList<int> durations, TimeSpan current, TimeSpan? asked)
    {
        var longest = durations.Count;
        while (longest > 0 && durations[longest - 1] == 0) longest--;
        return new(
            durations.Sum(),
            longest == 0 ? null : new(From(longest - 1), To(longest - 1)),
            GraceOutcome.Of(durations, current, current),
            asked is { } other ? GraceOutcome.Of(durations, other, current) : null,
            QuietGrace.Of(durations, current));
    }

    internal static TimeSpan From(int bucket) => bucket == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Pow(2, bucket));

    internal static TimeSpan To(int bucket) => TimeSpan.FromSeconds(Math.Pow(2, bucket + 1));
}

internal sealed record Bounds<T>(T AtLeast, T AtMost);

/// <param name="Told">Outages that would have been notified.</param>
/// <param name="DelaySeconds">How much later a notification comes than with the current grace; below zero: sooner.</param>
internal sealed record GraceOutcome(TimeSpan Grace, Bounds<int> Told, Bounds<int> KeptQuiet, long DelaySeconds)
{
    public static GraceOutcome Of(IReadOnlyList<int> durations, TimeSpan grace, TimeSpan current)
    {
        // Notified are the things that are still away when the grace ends.
        var all = durations.Sum();
        var certainly = durations.Where((_, bucket) => GraceAdvice.From(bucket) >= grace).Sum();
        var possibly = durations.Where((_, bucket) => GraceAdvice.To(bucket) > grace).Sum();
        return new(grace, new(certainly, possibly), new(all - possibly, all - certainly), (long)(grace - current).TotalSeconds);
    }
}

/// <summary>The smallest grace that surely suppresses 99 % of the outages: the upper bound of a bucket, which is exact.</summary>
/// <param name="Above">Up to this grace it would be less than 99 %; between the two it is not known.</param>
internal sealed record QuietGrace(TimeSpan Above, TimeSpan Grace, int Told, int KeptQuiet, long DelaySeconds)
{
    /// <summary>The limit of <c>Presence:Grace</c>.</summary>
    private static readonly TimeSpan LongestGrace = TimeSpan.FromDays(365);

    /// <returns>Null: there was no outage, or no grace that can be set is long enough.</returns>
    public static QuietGrace? Of(IReadOnlyList<int> durations, TimeSpan current)
    {
        var all = durations.Sum();
        if (all == 0) return null;

        // In whole numbers: 99 % of 100 must be 99, and not 99.00000000000001.
        var (quiet, bucket) = (0, -1);
        while (quiet * 100L < all * 99L) quiet += durations[++bucket];
        var grace = GraceAdvice.To(bucket);
        return grace > LongestGrace ? null : new(GraceAdvice.From(bucket), grace, all - quiet, quiet, (long)(grace - current).TotalSeconds);
    }
}
