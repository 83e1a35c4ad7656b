namespace IoTOrleans.Contracts;

/// <summary>A report that a thing connected or disconnected. Reports may be repeated, late and in any order.</summary>
/// <param name="Connected">What the thing is after this event.</param>
/// <param name="Timestamp">When it happened, by the sender's clock. Lifecycle events: ± 2 minutes, as AWS says.</param>
/// <param name="ReceivedAt"><c>SentTimestamp</c> of SQS, arrival for HTTP and MQTT. A later time stamp is not trusted.</param>
[GenerateSerializer, Immutable, Alias("IoTOrleans.ConnectionChange")]
public sealed record ConnectionChange(
    [property: Id(0)] bool Connected,
    [property: Id(1)] ChangeKind Kind,
    [property: Id(2)] EventSource Source,
    [property: Id(3)] DateTimeOffset Timestamp,
    [property: Id(4)] DateTimeOffset ReceivedAt)
{
    /// <summary><c>versionNumber</c> (lifecycle), <c>version</c> (shadow) or sequence number (broker); null: order by time.</summary>
    [Id(5)] public long? Number { get; init; }

    /// <summary><c>sessionIdentifier</c> of a lifecycle event.</summary>
    [Id(6)] public string? SessionIdentifier { get; init; }

    /// <summary>The MQTT client of a lifecycle event; null: its client ID is the thing's name.</summary>
    [Id(13)] public string? ClientId { get; init; }

    /// <summary>How often the embedded broker had been started when it saw this; null for all other kinds.</summary>
    [Id(7)] public long? BrokerStart { get; init; }

    /// <summary>Null for the classic shadow and for all other kinds.</summary>
    [Id(8)] public string? ShadowName { get; init; }

    /// <summary>AWS IoT's <c>disconnectReason</c>; AWS may add values, so any string.</summary>
    [Id(9)] public string? DisconnectReason { get; init; }

    /// <summary>By the event itself <c>connected</c> was the same before (a shadow document with equal previous and current).</summary>
    [Id(10)] public bool SaysUnchanged { get; init; }

    /// <summary>By the event itself <c>connected</c> was the opposite before: proof of a change that we may have missed.</summary>
    [Id(12)] public bool SaysChanged { get; init; }

    /// <summary>The event came over HTTP without a time. It happens now and is newer than everything stored before.</summary>
    [Id(14)] public bool HappensNow { get; init; }

    /// <summary>
    /// Embedded broker: it took over a connection of the same thing that was still open, from another network address.
    /// </summary>
    [Id(15)] public bool FromElsewhere { get; init; }

    /// <summary>At most 8 pairs, 256 bytes together; null: the known attributes stay.</summary>
    [Id(11)] public IReadOnlyDictionary<string, string>? Attributes { get; init; }
}

/// <summary>Events of one kind are ordered among themselves; only time orders events of different kinds.</summary>
[GenerateSerializer, Alias("IoTOrleans.ChangeKind")]
public enum ChangeKind
{
    /// <summary>Anything without numbers of its own: ordered by its time stamp.</summary>
    Time = 0,

    /// <summary>AWS IoT lifecycle event with a <c>versionNumber</c>.</summary>
    Lifecycle = 1,

    /// <summary>Lifecycle event without a <c>versionNumber</c>: ordered by its time stamp, which is good to ± 2 minutes only.</summary>
    LifecycleTime = 2,

    /// <summary>Device Shadow with a <c>version</c>; each shadow name is a kind of its own.</summary>
    Shadow = 3,

    /// <summary>Embedded MQTT broker: (broker start, sequence).</summary>
    Broker = 4,

    /// <summary>What a verifier without numbers of its own said when the thing was imported: ordered by its time.</summary>
    Imported = 5,
}

/// <summary>How an event came in: SQS, <c>POST /events</c>, or the MQTT broker in this process.</summary>
[GenerateSerializer, Alias("IoTOrleans.EventSource")]
public enum EventSource
{
    Queue = 0,
    Http = 1,
    Broker = 2,
}
