namespace IoTOrleans.Events.Parsing;

/// <summary>Timestamps as events carry them: a number of seconds or milliseconds since 1970, whole or not.</summary>
internal sealed class EventStamp(decimal ticksPerUnit, string unit, string otherUnit, decimal fromOtherUnit)
{
    /// <summary>Shadow documents and shadow rules.</summary>
    internal static readonly EventStamp Seconds = new(TimeSpan.TicksPerSecond, "seconds", "milliseconds", 0.001m);

    /// <summary>Lifecycle events.</summary>
    internal static readonly EventStamp Milliseconds = new(TimeSpan.TicksPerMillisecond, "milliseconds", "seconds", 1000m);

    /// <summary>AWS IoT did not exist before; an earlier timestamp comes from a clock that was never set.</summary>
    private static readonly DateTimeOffset Earliest = new(2010, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>For a clock that is fast. The grain's rules replace a timestamp in the future by the time of arrival.</summary>
    private static readonly TimeSpan MaxAhead = TimeSpan.FromMinutes(10);

    /// <returns>What is wrong, in one sentence; null: nothing.</returns>
    internal string? Read(JsonElement value, string field, DateTimeOffset receivedAt, out DateTimeOffset stamp)
    {
        stamp = default;

        // Decimal represents every valid time exactly, and refuses 1e400 instead of making it infinite.
        if (value.ValueKind is not JsonValueKind.Number || !value.TryGetDecimal(out var count))
            return $"`{field}` must be a number of {unit} since 1970.";

        var (earliest, latest) = (Count(Earliest), Count(receivedAt + MaxAhead));
        if (count >= earliest && count <= latest)
        {
            stamp = DateTimeOffset.UnixEpoch.AddTicks((long)(count * ticksPerUnit));
            return null;
        }

        var what = count < earliest ? "before 2010" : "more than 10 minutes ahead";
        var hint = count >= earliest / fromOtherUnit && count <= latest / fromOtherUnit ? $"; it looks like {otherUnit}" : "";
        return FormattableString.Invariant($"`{field}` {count} counts {unit} and is {what}{hint}.");
    }

    private decimal Count(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / ticksPerUnit;
}
