namespace IoTOrleans.Silo.Reminders;

/// <summary>One reminder as a silo remembers it until it ticks: some 200 bytes with its places in a <see cref="ReminderClock"/>.</summary>
internal sealed class Alarm(GrainId grain, string name)
{
    private static readonly Backoff Retry = new(TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(30));

    private int _failures;

    public GrainId Grain => grain;

    public string Name => name;

    public DateTime StartAt { get; private set; }

    public TimeSpan Period { get; private set; }

    /// <summary>The next tick; <see cref="DateTime.MaxValue"/>: there will be none.</summary>
    public DateTime Next { get; private set; } = DateTime.MaxValue;

    /// <summary>A tick is on its way.</summary>
    public bool IsRinging { get; set; }

    public void Set(DateTime startAt, TimeSpan period, DateTime now) =>
        (StartAt, Period, Next) = (startAt, period, FirstTick(startAt, period, now));

    /// <summary>Before its next period.</summary>
    public void TickAt(DateTime next) => Next = next < Next ? next : Next;

    /// <summary>It has just ticked. A tick that was missed is not made up for.</summary>
    public void Advance(DateTime now)
    {
        var after = FirstTick(StartAt, Period, now);
        Next = after > Next ? after : Next + Period;
    }

    public void Cancel() => Next = DateTime.MaxValue;

    /// <summary>Its grain took the tick.</summary>
    public void Succeeded() => _failures = 0;

    /// <summary>
    /// Its grain could not be reached, or could not do what it had to: asked again after 2, 4, 8 … seconds, and not only with its next
    /// period.
    /// </summary>
    public void Failed(DateTime now)
    {
        if (Next == DateTime.MaxValue) return;
        var wait = Retry.After(++_failures);
        if (wait < Period) TickAt(now + wait);
    }

    /// <summary>As Orleans has it: the start, and then whole periods after it, whenever somebody begins to look.</summary>
    public static DateTime FirstTick(DateTime startAt, TimeSpan period, DateTime now)
    {
        if (now <= startAt) return startAt;
        var since = (now - startAt).Ticks % period.Ticks;
        return since == 0 ? now : now.AddTicks(period.Ticks - since);
    }

    /// <summary>Which reminder of which grain, whatever it is set for.</summary>
    internal sealed class ByIdentity : IEqualityComparer<Alarm>
    {
        public static ByIdentity Instance { get; } = new();

        public bool Equals(Alarm? one, Alarm? other) =>
            one is null ? other is null : other is not null && one.Grain == other.Grain && one.Name == other.Name;

        public int GetHashCode(Alarm alarm) => HashCode.Combine(alarm.Grain, alarm.Name);
    }
}
