namespace IoTOrleans.Events.Machine;

/// <param name="Used">Bytes in use after the last garbage collection of any kind.</param>
/// <param name="Limit"><c>DOTNET_GCHeapHardLimit</c>, else three quarters of the container's limit, else the machine's memory.</param>
internal readonly record struct MemoryReading(long Used, long Limit)
{
    public double Share => Limit > 0 ? (double)Used / Limit : 0;

    public static MemoryReading OfThisProcess()
    {
        var memory = GC.GetGCMemoryInfo(GCKind.Any);
        return new(memory.HeapSizeBytes - memory.FragmentedBytes, memory.TotalAvailableMemoryBytes);
    }
}

/// <summary>How full memory is, and what follows from that.</summary>
internal sealed class MemoryGauge
{
    /// <summary>
    /// From which share of the limit on, and how long a thing's grain may be idle then. A deferred verdict is checked every 5 s, which
    /// keeps its grain in memory up to <see cref="Pressure.Heavy"/>.
    /// </summary>
    internal static readonly IReadOnlyList<(double From, Pressure Pressure, TimeSpan Idle)> Table =
    [
        (0.50, Pressure.Light, TimeSpan.FromSeconds(20)),
        (0.60, Pressure.Heavy, TimeSpan.FromSeconds(10)),
        (0.70, Pressure.Severe, TimeSpan.FromSeconds(1)),
        (0.80, Pressure.Full, TimeSpan.Zero),
    ];

    /// <summary>How long a refused sender is told to wait, at least.</summary>
    internal static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(250);

    /// <summary>A 40th of memory is for bodies of requests. What is parsed from them takes about six times as much.</summary>
    private const int ShareOfBodies = 40;

    private readonly Func<MemoryReading> _read;
    private readonly TimeProvider _time;
    private long _bodies;

    public MemoryGauge(EventMetrics metrics, TimeProvider time, Func<MemoryReading>? read = null)
    {
        (_read, _time) = (read ?? MemoryReading.OfThisProcess, time);
        metrics.ObserveMemory(() => _read().Share);
    }

    public MemoryReading Reading => _read();

    public Pressure Pressure => PressureAt(Reading.Share);

    /// <summary>Nothing new may come in.</summary>
    public bool IsFull => Pressure == Pressure.Full;

    public static Pressure PressureAt(double share) => Table.LastOrDefault(row => share >= row.From).Pressure;

    /// <summary>How long a thing's grain may be idle; null: as long as Orleans lets it.</summary>
    public static TimeSpan? IdleAt(Pressure pressure) => pressure == Pressure.None ? null : Table[(int)pressure - 1].Idle;

    public async Task UntilRoom(CancellationToken cancellationToken)
    {
        while (IsFull) await Task.Delay(LookAgain, _time, cancellationToken);
    }

    /// <summary>Memory for a body, which grows as the body comes: many of a megabyte at once would fill a small container.</summary>
    /// <returns>null: there is no room. Otherwise dispose it when the body has been processed.</returns>
    public BodyRoom? RoomForBody()
    {
        var room = new BodyRoom(this);
        return room.TryGrow(0) ? room : null;
    }

    internal sealed class BodyRoom(MemoryGauge gauge) : IDisposable
    {
        private long _length;

        /// <summary>For a body as it comes: one that does not come holds no memory.</summary>
        public bool TryGrow(long more)
        {
            var reading = gauge._read();
            if (PressureAt(reading.Share) == Pressure.Full) return false;

            // The first one always fits.
            var all = Interlocked.Add(ref gauge._bodies, more);
            if (all == _length + more || all <= reading.Limit / ShareOfBodies)
            {
                _length += more;
                return true;
            }

            Interlocked.Add(ref gauge._bodies, -more);
            return false;
        }

        public void Dispose() => Interlocked.Add(ref gauge._bodies, -Interlocked.Exchange(ref _length, 0));
    }
}

/// <summary>How full memory is, by what is done about it (<see cref="MemoryGauge.Table"/>).</summary>
internal enum Pressure
{
    None,

    /// <summary>Grains that have been idle for a while leave memory earlier than Orleans lets them.</summary>
    Light,

    Heavy,

    /// <summary>All grains leave memory that are not being called right now.</summary>
    Severe,

    /// <summary>The same, and nothing new comes in until there is room again.</summary>
    Full,
}
