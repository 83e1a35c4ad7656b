namespace IoTOrleans.Contracts;

/// <summary>From a disconnect to the reconnect that lasted.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.Outage")]
public sealed record Outage
{
    /// <summary>22 characters, the same in every notification about this outage, also after a crash.</summary>
    [Id(0)] public required string Id { get; init; }

    [Id(1)] public required DateTimeOffset Since { get; init; }

    [Id(2)] public required DateTimeOffset GraceEndsAt { get; init; }

    /// <summary>The grace that led to <see cref="GraceEndsAt"/>, in seconds. If the policy changes, the deadline changes.</summary>
    [Id(3)] public double GraceSeconds { get; init; }

    [Id(4)] public string? DisconnectReason { get; init; }

    /// <summary>The session (<c>versionNumber</c>, broker sequence) whose end started the running grace; null: there are none.</summary>
    [Id(5)] public long? Session { get; init; }

    /// <summary>It began because our own broker stopped. If the thing comes back in time, it does not count.</summary>
    [Id(6)] public bool Ours { get; init; }

    /// <summary>The grace has already been restarted once, because the verifier knew of a newer disconnect.</summary>
    [Id(7)] public bool SecondWindow { get; init; }

    /// <summary>When the grace was over. Written before the first notification: from then on somebody may have heard of it.</summary>
    [Id(8)] public DateTimeOffset? Telling { get; init; }

    /// <summary>It outlasted its grace while the thing was muted: shown, but nobody is notified.</summary>
    [Id(9)] public bool Muted { get; init; }

    [Id(10)] public Verification Verification { get; init; }

    /// <summary>When the first destination accepted the first notification.</summary>
    [Id(11)] public DateTimeOffset? NotifiedAt { get; init; }

    /// <summary>When the thing came back. During the recovery hold it may still turn out to be a short reconnect.</summary>
    [Id(12)] public DateTimeOffset? BackAt { get; init; }

    [Id(13)] public DateTimeOffset? HoldEndsAt { get; init; }

    /// <summary>Reconnects that did not last.</summary>
    [Id(14)] public int ShortReturns { get; init; }

    [Id(15)] public IReadOnlyDictionary<string, Delivery> Deliveries { get; init; } = ReadOnlyDictionary<string, Delivery>.Empty;

    /// <summary>When the thing was forgotten: <c>device.removed</c> is owed, or <c>device.recovered</c> if it had come back.</summary>
    [Id(20)] public DateTimeOffset? RemovedAt { get; init; }

    /// <summary>What the verifier knew of it when it confirmed the outage; null: nothing.</summary>
    [Id(21)] public LastHeard? LastHeard { get; init; }

    /// <summary>No disconnect: the thing is expected since <see cref="Since"/> and was never seen. Its first event ends it.</summary>
    [Id(23)] public bool NeverSeen { get; init; }

    /// <summary>The version of the classic shadow that confirmed the outage, where no event of the shadow has come in yet.</summary>
    [Id(24)] public long? ConfirmedVersion { get; init; }

    /// <summary>The trace of the event that began it, or of the return that may end it; null: nobody records that.</summary>
    [Id(25)] public string? Trace { get; init; }

    /// <summary>Null: none is known. Stored with the next write, so what is stored may be less than what an activation knows.</summary>
    [Id(22)] public ConnectFailures? ConnectFailures { get; init; }
}

/// <summary>What one destination has accepted of one outage, and what it is owed.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.Delivery")]
public sealed record Delivery
{
    /// <summary>It accepted <c>device.offline</c>: only then is it owed anything more.</summary>
    [Id(0)] public bool Offline { get; init; }

    /// <summary>It accepted <c>device.recovered</c>, or <c>device.removed</c>.</summary>
    [Id(1)] public bool Recovered { get; init; }

    /// <summary>Number of the last <c>device.still_offline</c> that it accepted, from 1.</summary>
    [Id(2)] public int StillOffline { get; init; }

    /// <summary>Failed attempts since the last accepted one. The first ones count only if the destination took others meanwhile.</summary>
    [Id(3)] public int Failures { get; init; }

    [Id(4)] public DateTimeOffset? RetryAt { get; init; }

    /// <summary>It has been refusing since then; after a day nothing more is tried.</summary>
    [Id(5)] public DateTimeOffset? RefusedSince { get; init; }

    [Id(6)] public bool GivenUp { get; init; }

    /// <summary>When the last accepted <c>device.still_offline</c> was due; null: none yet.</summary>
    [Id(7)] public DateTimeOffset? RepeatedAt { get; init; }

    /// <summary>The incident that told it, among others; null: a notification of its own.</summary>
    [Id(8)] public string? Incident { get; init; }
}

[GenerateSerializer, Alias("IoTOrleans.Verification")]
public enum Verification
{
    /// <summary>There was no verifier to ask.</summary>
    None = 0,

    /// <summary>The verifier, too, says that the thing is disconnected.</summary>
    Confirmed = 1,

    /// <summary>The verifier was asked and gave no usable answer.</summary>
    Unanswered = 2,
}
