namespace IoTOrleans.Contracts;

/// <summary>Somebody says that a thing connected or disconnected. Duplicates, delays and any order are expected.</summary>
/// <param name="Connected">What the thing is now, by this event.</param>
/// <param name="Kind">The family of events that this one can be ordered in.</param>
/// <param name="Source">The door it came through.</param>
/// <param name="Timestamp">When it happened, by the clock of whoever says so. Lifecycle events: ± 2 minutes, says AWS.</param>
/// <param name="ReceivedAt">
/// When the first machine of ours received it: <c>SentTimestamp</c> of SQS, arrival for HTTP and MQTT. No stamp is trusted beyond it.
/// </param>
[GenerateSerializer, Immutable, Alias("IoTOrleans.ConnectionChange")]
public sealed record ConnectionChange(
    [property: Id(0)] bool Connected,
    [property: Id(1)] ChangeKind Kind,
    [property: Id(2)] EventSource Source,
    [property: Id(3)] DateTimeOffset Timestamp,
    [property: Id(4)] DateTimeOffset ReceivedAt)
{
    /// <summary>
    /// <c>versionNumber</c> of a lifecycle event, <c>version</c> of a shadow, sequence number of a broker event; null: order by time.
    /// </summary>
    [Id(5)] public long? Number { get; init; }

    /// <summary><c>sessionIdentifier</c> of a lifecycle event.</summary>
    [Id(6)] public string? SessionIdentifier { get; init; }

    /// <summary>The MQTT client of a lifecycle event; null: its id is the thing's name.</summary>
    [Id(13)] public string? ClientId { get; init; }

    /// <summary>How often the embedded broker had been started when it saw this; null for all other kinds.</summary>
    [Id(7)] public long? BrokerStart { get; init; }

    /// <summary>Name of a named shadow; null for the classic one and for all other kinds.</summary>
    [Id(8)] public string? ShadowName { get; init; }

    /// <summary>AWS IoT's <c>disconnectReason</c>; any string, also one that AWS has not invented yet.</summary>
    [Id(9)] public string? DisconnectReason { get; init; }

    /// <summary>
    /// The event itself says that <c>connected</c> was the same before (a shadow document with equal previous and current).
    /// </summary>
    [Id(10)] public bool SaysUnchanged { get; init; }

    /// <summary>The event itself says that <c>connected</c> was the opposite before: proof of a change that we may have missed.</summary>
    [Id(12)] public bool SaysChanged { get; init; }

    /// <summary>The event came over HTTP and names no time: it happens now, so that it is newer than whatever was stored before.</summary>
    [Id(14)] public bool HappensNow { get; init; }

    /// <summary>At most 8 pairs, 256 bytes together; null: the event says nothing about them, what is known stays.</summary>
    [Id(11)] public IReadOnlyDictionary<string, string>? Attributes { get; init; }
}

/// <summary>Events are ordered among their kind; across kinds only time can tell. The door they came through does not matter.</summary>
[GenerateSerializer, Alias("IoTOrleans.ChangeKind")]
public enum ChangeKind
{
    /// <summary>Anything without numbers of its own: ordered by its time stamp.</summary>
    Time = 0,

    /// <summary>AWS IoT presence event with a <c>versionNumber</c>.</summary>
    Lifecycle = 1,

    /// <summary>Presence event without a <c>versionNumber</c>: ordered by its time stamp, which is only good to ± 2 minutes.</summary>
    LifecycleTime = 2,

    /// <summary>Device Shadow with a <c>version</c>; each shadow name is a kind of its own.</summary>
    Shadow = 3,

    /// <summary>Embedded MQTT broker: (broker start, sequence).</summary>
    Broker = 4,
}

/// <summary>The door an event came through.</summary>
[GenerateSerializer, Alias("IoTOrleans.EventSource")]
public enum EventSource
{
    /// <summary>SQS.</summary>
    Queue = 0,

    /// <summary><c>POST /events</c>.</summary>
    Http = 1,

    /// <summary>The MQTT broker in this process.</summary>
    Broker = 2,
}
