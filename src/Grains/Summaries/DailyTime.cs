namespace IoTOrleans.Grains.Summaries;

/// <summary>
/// A time of day in a time zone, once for each date. If clocks go forward over it, it comes as long after the jump as it would have come
/// after the hour that is left out (02:30 is 03:30). If they go back, it is the first of the two.
/// </summary>
internal sealed record DailyTime(TimeOnly At, TimeZoneInfo Zone)
{
    public DateTimeOffset On(DateOnly date)
    {
        var local = date.ToDateTime(At);
        var (before, after) = (OffsetAt(local.AddDays(-1)), OffsetAt(local.AddDays(1)));

        // The larger offset is the earlier moment.
        var offsets = before > after ? new[] { before, after } : [after, before];
        foreach (var offset in offsets)
        {
            var moment = new DateTimeOffset(local, offset);
            if (TimeZoneInfo.ConvertTime(moment, Zone).DateTime == local) return moment.ToUniversalTime();
        }

        return new DateTimeOffset(local, before).ToUniversalTime();
    }

    /// <summary>The last date whose time has come.</summary>
    public DateOnly Latest(DateTimeOffset now)
    {
        var date = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, Zone).DateTime).AddDays(1);
        while (On(date) > now) date = date.AddDays(-1);
        return date;
    }

    public DateTimeOffset Next(DateTimeOffset now) => On(Latest(now).AddDays(1));

    private TimeSpan OffsetAt(DateTime utc) => Zone.GetUtcOffset(new DateTimeOffset(utc, TimeSpan.Zero));
}
