namespace IoTOrleans.Grains.Fleet;

/// <summary>How many things are in which state. Muted are those of the not well ones that somebody muted, or whose policy notifies nobody.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.FleetCounts")]
public sealed record FleetCounts
{
    [Id(0)] public DateTimeOffset AsOf { get; init; }

    /// <summary>False: the things are being counted; the numbers are the last known ones.</summary>
    [Id(1)] public bool Complete { get; init; }

    [Id(2)] public int Total { get; init; }

    [Id(3)] public int Connected { get; init; }

    [Id(4)] public int Grace { get; init; }

    [Id(5)] public int Offline { get; init; }

    [Id(6)] public int Recovering { get; init; }

    [Id(7)] public int Unknown { get; init; }

    [Id(8)] public int Muted { get; init; }
}

/// <summary>The fleet at one moment.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.FleetView")]
public sealed record FleetView
{
    /// <summary>For <see cref="FleetReader.Since"/>.</summary>
    [Id(0)] public required string Cursor { get; init; }

    [Id(1)] public required FleetCounts Counts { get; init; }

    /// <summary>False: too many things are not well; <see cref="Rows"/> holds only some of them.</summary>
    [Id(2)] public required bool Listed { get; init; }

    /// <summary>The things that are not well, in no order.</summary>
    [Id(3)] public required IReadOnlyList<DeviceStatus> Rows { get; init; }

    [Id(4)] public required FleetToday Today { get; init; }
}

/// <summary>What has changed since a cursor.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.FleetChanges")]
public sealed record FleetChanges
{
    [Id(0)] public required string Cursor { get; init; }

    /// <summary>The cursor is unknown or too old: there are no changes here; read the whole view.</summary>
    [Id(1)] public required bool StartOver { get; init; }

    /// <summary>Each thing once, well or not, in the order of its last change.</summary>
    [Id(2)] public required IReadOnlyList<FleetChange> Changes { get; init; }

    [Id(3)] public required FleetCounts Counts { get; init; }

    [Id(4)] public required bool Listed { get; init; }

    /// <summary>Null: unchanged.</summary>
    [Id(5)] public FleetToday? Today { get; init; }
}

/// <param name="Status">Null: the thing was forgotten.</param>
[GenerateSerializer, Immutable, Alias("IoTOrleans.FleetChange")]
public sealed record FleetChange([property: Id(0)] string ThingName, [property: Id(1)] DeviceStatus? Status);
