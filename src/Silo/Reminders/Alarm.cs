namespace IoTOrleans.Silo.Reminders;

/// <summary>A reminder in the memory of a silo: some 200 bytes with its places in a <see cref="ReminderClock"/>.</summary>
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

    public bool IsRinging { get; set; }

    public void Set(DateTime startAt, TimeSpan period, DateTime now) =>
        (StartAt, Period, Next) = (startAt, period, FirstTick(startAt, period, now));

    public void TickAt(DateTime next) => Next = next < Next ? next : Next;

    /// <summary>It has just ticked. A missed tick is not made up for.</summary>
    public void Advance(DateTime now)
    {
        var after = FirstTick(StartAt, Period, now);
        Next = after > Next ? after : Next + Period;
    }

    public void Cancel() => Next = DateTime.MaxValue;

    public void Succeeded() => _failures = 0;

    /// <summary>It ticks again after 2, 4, 8 … seconds, at the latest with its next period.</summary>
    /// <returns>False: it was removed meanwhile.</returns>
    public bool Failed(DateTime now)
    {
        if (Next == DateTime.MaxValue) return false;
        var wait = Retry.After(++_failures);
        if (wait < Period) TickAt(now + wait);
        return true;
    }

    /// <summary>As in Orleans: at the start, and then at whole periods after it.</summary>
    public static DateTime FirstTick(DateTime startAt, TimeSpan period, DateTime now)
    {
        if (now <= startAt) return startAt;
        var since = (now - startAt).Ticks % period.Ticks;
        return since == 0 ? now : now.AddTicks(period.Ticks - since);
    }

    internal sealed class ByIdentity : IEqualityComparer<Alarm>
    {
        public static ByIdentity Instance { get; } = new();

        public bool Equals(Alarm? one, Alarm? other) =>
            one is null ? other is null : other is not null && one.Grain == other.Grain && one.Name == other.Name;

        public int GetHashCode(Alarm alarm) => HashCode.Combine(alarm.Grain, alarm.Name);
    }
}
