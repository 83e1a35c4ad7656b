using System.Text.Json;

namespace IoTOrleans.Events.Parsing;

/// <summary>Time stamps as the shapes write them: a count of seconds or milliseconds since 1970, whole or not.</summary>
internal sealed class EventStamp
{
    /// <summary>Shadows and shadow rules.</summary>
    internal static readonly EventStamp Seconds = new(TimeSpan.TicksPerSecond, "seconds", "milliseconds", 0.001m);

    /// <summary>Lifecycle events.</summary>
    internal static readonly EventStamp Milliseconds = new(TimeSpan.TicksPerMillisecond, "milliseconds", "seconds", 1000m);

    /// <summary>Before there was AWS IoT; a stamp from then is a clock that was never set.</summary>
    private static readonly DateTimeOffset Earliest = new(2010, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Room for a wrong clock. What is let through is clamped to the arrival anyway, by the rules of presence.</summary>
    private static readonly TimeSpan MaxAhead = TimeSpan.FromMinutes(10);

    private readonly decimal ticksPerUnit;
    private readonly string unit;
    private readonly string otherUnit;
    private readonly decimal fromOtherUnit;

    private EventStamp(decimal ticksPerUnit, string unit, string otherUnit, decimal fromOtherUnit)
    {
        this.ticksPerUnit = ticksPerUnit;
        this.unit = unit;
        this.otherUnit = otherUnit;
        this.fromOtherUnit = fromOtherUnit;
    }

    internal ParsedEvent.Refused? Read(JsonElement value, string field, DateTimeOffset receivedAt, out DateTimeOffset stamp)
    {
        stamp = default;

        // Decimal holds every time there is, exactly, and says no to 1e400 instead of making it infinite.
        if (value.ValueKind is not JsonValueKind.Number || !value.TryGetDecimal(out var count))
        {
            return Refusal.BadTimestamp($"`{field}` must be a number of {unit} since 1970.");
        }

        var earliest = Count(Earliest);
        var latest = Count(receivedAt + MaxAhead);
        if (count >= earliest && count <= latest)
        {
            stamp = DateTimeOffset.UnixEpoch.AddTicks((long)(count * ticksPerUnit));
            return null;
        }

        var what = count < earliest ? "before 2010" : "more than 10 minutes ahead";
        var hint = IsOtherUnit(count, earliest, latest) ? $"; it looks like {otherUnit}" : "";
        return Refusal.BadTimestamp(string.Create(CultureInfo.InvariantCulture, $"`{field}` {count} counts {unit} and is {what}{hint}."));
    }

    private decimal Count(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / ticksPerUnit;

    private bool IsOtherUnit(decimal count, decimal earliest, decimal latest) =>
        count >= earliest / fromOtherUnit && count <= latest / fromOtherUnit;
}
