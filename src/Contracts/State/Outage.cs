namespace IoTOrleans.Contracts;

/// <summary>One absence: from the disconnect to the reconnect that held.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.Outage")]
public sealed record Outage
{
    /// <summary>22 characters, the same in every notification about this outage and over any crash.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>When the thing disconnected.</summary>
    [Id(1)] public required DateTimeOffset Since { get; init; }

    [Id(2)] public required DateTimeOffset GraceEndsAt { get; init; }

    /// <summary>The grace that the deadline was made of, in seconds: if the policy changes, the deadline does.</summary>
    [Id(3)] public double GraceSeconds { get; init; }

    [Id(4)] public string? DisconnectReason { get; init; }

    /// <summary>
    /// The session (lifecycle <c>versionNumber</c>, broker sequence) whose end started the running grace; null where there are none.
    /// </summary>
    [Id(5)] public long? Session { get; init; }

    /// <summary>Began because we were away ourselves; if the thing comes back in time, it does not count.</summary>
    [Id(6)] public bool Ours { get; init; }

    /// <summary>The verifier knew of a newer disconnect once already.</summary>
    [Id(7)] public bool SecondWindow { get; init; }

    /// <summary>
    /// The mark that is written before the first word goes out: the outage outlasted its grace at this moment, and whatever dies
    /// from here on, somebody may have heard of it.
    /// </summary>
    [Id(8)] public DateTimeOffset? Telling { get; init; }

    /// <summary>It outlasted its grace while the thing was muted: shown, told to nobody.</summary>
    [Id(9)] public bool Muted { get; init; }

    [Id(10)] public Verification Verification { get; init; }

    /// <summary>When the first destination accepted the first notification.</summary>
    [Id(11)] public DateTimeOffset? NotifiedAt { get; init; }

    /// <summary>When the thing came back; while the hold runs this may still turn out to be a short reconnect.</summary>
    [Id(12)] public DateTimeOffset? BackAt { get; init; }

    /// <summary>When the reconnect has held.</summary>
    [Id(13)] public DateTimeOffset? HoldEndsAt { get; init; }

    /// <summary>Reconnects that did not hold.</summary>
    [Id(14)] public int ShortReturns { get; init; }

    /// <summary>By destination name: what it has accepted and what it is owed.</summary>
    [Id(15)] public IReadOnlyDictionary<string, Delivery> Deliveries { get; init; } = None;

    /// <summary>
    /// The thing was forgotten then: whoever was told of it is owed that word, or that it had come back before if <see cref="BackAt"/> is
    /// set.
    /// </summary>
    [Id(20)] public DateTimeOffset? RemovedAt { get; init; }

    private static readonly IReadOnlyDictionary<string, Delivery> None = new Dictionary<string, Delivery>();
}

/// <summary>How far one destination has been told of one outage.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.Delivery")]
public sealed record Delivery
{
    /// <summary>It accepted <c>device.offline</c>: only then is it owed anything more.</summary>
    [Id(0)] public bool Offline { get; init; }

    /// <summary>It accepted <c>device.recovered</c>, or <c>device.removed</c>.</summary>
    [Id(1)] public bool Recovered { get; init; }

    /// <summary>The last <c>device.still_offline</c> it accepted, counted from 1.</summary>
    [Id(2)] public int StillOffline { get; init; }

    /// <summary>
    /// Failed attempts since the last one that was accepted; at first only those that failed while others' were accepted.
    /// </summary>
    [Id(3)] public int Failures { get; init; }

    /// <summary>Not before this; null: now.</summary>
    [Id(4)] public DateTimeOffset? RetryAt { get; init; }

    /// <summary>It has been refusing since then; after a day nothing more is tried.</summary>
    [Id(5)] public DateTimeOffset? RefusedSince { get; init; }

    [Id(6)] public bool GivenUp { get; init; }

    /// <summary>The moment for which the last accepted <c>device.still_offline</c> was due; null: none yet.</summary>
    [Id(7)] public DateTimeOffset? RepeatedAt { get; init; }

    /// <summary>The incident by which it was told, among others; null: by a notification of its own.</summary>
    [Id(8)] public string? Incident { get; init; }
}

[GenerateSerializer, Alias("IoTOrleans.Verification")]
public enum Verification
{
    /// <summary>There was nobody to ask.</summary>
    None = 0,

    /// <summary>The verifier, too, says that the thing is disconnected.</summary>
    Confirmed = 1,

    /// <summary>The verifier was asked and gave no answer that counts.</summary>
    Unanswered = 2,
}
