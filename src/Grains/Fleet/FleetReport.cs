namespace IoTOrleans.Grains.Fleet;

/// <summary>As what a thing counts.</summary>
[GenerateSerializer, Alias("IoTOrleans.FleetClass")]
internal enum FleetClass
{
    /// <summary>Nothing is stored of it, or it was forgotten.</summary>
    Absent = 0,

    Unknown = 1,

    /// <summary>Something is known of its connection.</summary>
    Known = 2,
}

/// <summary>What a silo has learned of one thing since its last report.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.FleetReport")]
internal sealed record FleetReport
{
    [Id(0)] public required string ThingName { get; init; }

    /// <summary>When the last of it was decided: UTC ticks, never the same twice on one silo.</summary>
    [Id(1)] public long Stamp { get; init; }

    /// <summary>When the first of it was decided.</summary>
    [Id(8)] public long FirstStamp { get; init; }

    [Id(2)] public required FleetClass CountsAs { get; init; }

    /// <summary>The sum of all changes since the last report. Another silo may have changed the thing in between.</summary>
    [Id(3)] public CountChange Change { get; init; }

    /// <summary>Something changed as what it counts, even if the sum is zero.</summary>
    [Id(9)] public bool Moved { get; init; }

    /// <summary>Null: the thing is forgotten, or its status is not known (<see cref="Doubtful"/>).</summary>
    [Id(4)] public DeviceStatus? Status { get; init; }

    /// <summary>A write failed, and what is stored now must be looked up.</summary>
    [Id(5)] public bool Doubtful { get; init; }

    /// <summary>A write failed that would have changed as what the thing counts: things must be counted again.</summary>
    [Id(6)] public bool Miscounted { get; init; }

    [Id(7)] public IReadOnlyList<ThingReturn> Returns { get; init; } = [];
}

/// <summary>By how much the numbers of all things change.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.CountChange")]
internal readonly record struct CountChange([property: Id(0)] int Total, [property: Id(1)] int Unknown)
{
    public static CountChange Of(FleetClass before, FleetClass after) => new(
        One(after != FleetClass.Absent) - One(before != FleetClass.Absent),
        One(after == FleetClass.Unknown) - One(before == FleetClass.Unknown));

    public static CountChange operator +(CountChange a, CountChange b) => new(a.Total + b.Total, a.Unknown + b.Unknown);

    private static int One(bool counts) => counts ? 1 : 0;
}

/// <summary>A thing came back, or turned out to be away again.</summary>
/// <param name="BackAt">Null: the return did not last.</param>
/// <param name="Quiet">Nobody was notified of the outage.</param>
[GenerateSerializer, Immutable, Alias("IoTOrleans.ThingReturn")]
internal sealed record ThingReturn(
    [property: Id(0)] DateTimeOffset Since, [property: Id(1)] DateTimeOffset? BackAt, [property: Id(2)] bool Notified,
    [property: Id(3)] bool Quiet);

/// <summary>Each silo sends one after the other, and sends one again until it is accepted.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.FleetBatch")]
internal sealed record FleetBatch
{
    [Id(0)] public required string Silo { get; init; }

    /// <summary>From 1, for each start of a silo.</summary>
    [Id(1)] public required long Number { get; init; }

    [Id(2)] public required IReadOnlyList<FleetReport> Reports { get; init; }

    /// <summary>By the clock of the silo, in UTC ticks: how old a report is does not depend on whose clock is right.</summary>
    [Id(3)] public long SentAt { get; init; }

    /// <summary>When the batch before this one was accepted, by the same clock; 0: this is the first one.</summary>
    [Id(6)] public long AcceptedAt { get; init; }

    /// <summary>There were too many reports, and some were dropped.</summary>
    [Id(4)] public bool Overflow { get; init; }

    /// <summary>The silo stops, and has reported everything.</summary>
    [Id(5)] public bool Leaving { get; init; }

    /// <summary>When that was, by the clock of whoever gets this. Rather too late than too early: it has been on its way.</summary>
    public DateTimeOffset By(long stamp, DateTimeOffset now) => now - TimeSpan.FromTicks(Math.Max(0, SentAt - stamp));
}
