namespace IoTOrleans.Contracts;

/// <summary>
/// How far the lifecycle events of one MQTT client of a thing have been read. AWS IoT counts sessions for each client ID, so the numbers of
/// two clients cannot be compared. In JSON an array, so that four clients fit into the thing's item.
/// </summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.ClientMark")]
public sealed record ClientMark
{
    /// <summary>Empty: the client ID is the thing's name. <c>#</c> and a fingerprint: the client IDs are too long to be stored.</summary>
    [Id(0)] public required string Client { get; init; }

    /// <summary><c>versionNumber</c> of the session of the last event.</summary>
    [Id(1)] public long Number { get; init; }

    /// <summary>Fingerprint of the session of the last event; null: the event named none.</summary>
    [Id(2)] public string? Session { get; init; }

    /// <summary>Fingerprint of the session before that one.</summary>
    [Id(3)] public string? SessionBefore { get; init; }

    /// <summary>The latest time stamp of its events, none later than its arrival.</summary>
    [Id(4)] public DateTimeOffset Stamp { get; init; }

    /// <summary>When the last event is taken to have happened.</summary>
    [Id(5)] public DateTimeOffset At { get; init; }

    /// <summary>The last event arrived more than two minutes after its time stamp: <see cref="At"/> is good to two minutes only.</summary>
    [Id(6)] public bool Late { get; init; }

    /// <summary>By its own events the client is connected. True after the end of a session that another one took over.</summary>
    [Id(7)] public bool Connected { get; init; }

    /// <summary>The last event was the end of its session.</summary>
    [Id(8)] public bool Ended { get; init; }

    /// <summary>Time stamp of the event that began the present numbering.</summary>
    [Id(9)] public DateTimeOffset OpenedStamp { get; init; }

    /// <summary>When that event is taken to have happened.</summary>
    [Id(10)] public DateTimeOffset OpenedAt { get; init; }
}
