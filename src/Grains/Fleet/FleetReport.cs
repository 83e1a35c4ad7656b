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

/// <summary>What a silo has learned of one thing.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.FleetReport")]
internal sealed record FleetReport
{
    [Id(0)] public required string ThingName { get; init; }

    /// <summary>When it was decided: UTC ticks, never the same twice on one silo.</summary>
    [Id(1)] public required long Stamp { get; init; }

    /// <summary>As what the last report of this silo counted it, or what was stored before.</summary>
    [Id(2)] public required FleetClass Before { get; init; }

    [Id(3)] public required FleetClass After { get; init; }

    /// <summary>Null: <see cref="After"/> is absent, or nothing is known (<see cref="Doubtful"/>).</summary>
    [Id(4)] public DeviceStatus? Status { get; init; }

    /// <summary>A write failed, so what is stored is not known.</summary>
    [Id(5)] public bool Doubtful { get; init; }

    [Id(6)] public IReadOnlyList<ThingReturn> Returns { get; init; } = [];
}

/// <summary>A thing came back, or turned out to be away again.</summary>
/// <param name="BackAt">Null: the return did not last.</param>
/// <param name="Quiet">It counts among the outages that nobody was notified of.</param>
[GenerateSerializer, Immutable, Alias("IoTOrleans.ThingReturn")]
internal sealed record ThingReturn(
    [property: Id(0)] DateTimeOffset Since, [property: Id(1)] DateTimeOffset? BackAt, [property: Id(2)] bool Notified,
    [property: Id(3)] bool Quiet);

/// <summary>One after the other from each silo, the same until it is accepted.</summary>
/// <param name="Number">From 1, for each start of a silo.</param>
/// <param name="Overflow">Reports were dropped, since there were too many.</param>
/// <param name="Leaving">The silo stops and has told everything.</param>
[GenerateSerializer, Immutable, Alias("IoTOrleans.FleetBatch")]
internal sealed record FleetBatch(
    [property: Id(0)] string Silo, [property: Id(1)] long Number, [property: Id(2)] IReadOnlyList<FleetReport> Reports,
    [property: Id(3)] bool Overflow = false, [property: Id(4)] bool Leaving = false);
