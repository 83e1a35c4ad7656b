namespace IoTOrleans.Notifications.Settings;

/// <summary>A rate in a setting: <c>2/s</c>, <c>30/m</c>, <c>1/5s</c>; <c>0</c>: no limit.</summary>
internal static class Rate
{
    internal const int MostAtOnce = 10_000;

    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <returns>What is wrong and what to write instead; null: nothing.</returns>
    public static string? TryParse(string text, out RateLimit? limit)
    {
        limit = null;
        if (text == "0") return null;

        const string remedy = "is not a rate: say 2/s, 30/m or 1/5s (how many, in which time), or 0 for no limit";
        if (text.Split('/') is not [var left, var right]) return remedy;
        if (!int.TryParse(left, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is < 1 or > MostAtOnce)
            return remedy;
        if (right is "s" or "m" or "h" or "d") right = "1" + right;
        if (Duration.TryParse(right, out var period) is not null || period <= TimeSpan.Zero || period > Longest) return remedy;
        limit = new RateLimit(count, period);
        return null;
    }
}
