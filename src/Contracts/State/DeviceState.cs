using System.Text.Json.Serialization;

namespace IoTOrleans.Contracts;

/// <summary>
/// Everything that is stored of a thing. Fields are only ever added: a state written by any earlier version must load
/// (tests/Grains.Tests/State/Golden). With key and attribute names at most 1,024 bytes, one DynamoDB write unit.
/// </summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.DeviceState")]
public sealed record DeviceState
{
    /// <summary>null: not known.</summary>
    [Id(0)] public bool? Connected { get; init; }

    /// <summary>The last real change of <see cref="Connected"/>.</summary>
    [Id(1)] public DateTimeOffset? Since { get; init; }

    /// <summary>How the last change of <see cref="Connected"/> came in. It decides which verifier knows this thing.</summary>
    [Id(2)] public EventSource Source { get; init; }

    /// <summary>Time of the last applied event.</summary>
    [Id(3)] public DateTimeOffset? LastEventAt { get; init; }

    /// <summary>
    /// How far each kind of event has been read, by <see cref="OrderMark.KeyOf"/>. Lifecycle events have a mark for each client
    /// (<see cref="Clients"/>); a lifecycle mark in here is from version 0.2 or earlier, which did not know the client.
    /// </summary>
    [Id(4)] public IReadOnlyDictionary<string, OrderMark> Marks { get; init; } = ReadOnlyDictionary<string, OrderMark>.Empty;

    /// <summary>The MQTT clients of the thing, at most <see cref="MostClients"/>: the connected ones, then those that ended last.</summary>
    [Id(22)] public IReadOnlyList<ClientMark> Clients { get; init; } = [];

    /// <summary>What an unknown client did before this is old: its mark may have been dropped. null: none was dropped.</summary>
    [Id(23)] public DateTimeOffset? ClientsForgottenUntil { get; init; }

    /// <summary>The running outage, also while its recovery hold is running.</summary>
    [Id(5)] public Outage? Outage { get; init; }

    /// <summary>Ended outages of which something is still owed; oldest first.</summary>
    [Id(6)] public IReadOnlyList<Outage> Owing { get; init; } = [];

    /// <summary>Outages that ended without a notification.</summary>
    [Id(7)] public int Suppressed { get; init; }

    /// <summary>Notifications that at least one destination accepted.</summary>
    [Id(8)] public int Sent { get; init; }

    /// <summary>Outages by duration: entry n counts those of 2ⁿ up to 2ⁿ⁺¹ seconds (entry 0: all below 2 s). No trailing zeros.</summary>
    [Id(9)] public IReadOnlyList<int> Durations { get; init; } = [];

    /// <summary>The history, oldest first.</summary>
    [Id(10)] public IReadOnlyList<RingEntry> Ring { get; init; } = [];

    /// <summary>
    /// Which destinations accepted the notification of an entry of <see cref="Ring"/>. The last entry here belongs to the last one there,
    /// and so on. Names with commas; before them, with a colon, the event where it does not follow from the reason. Of an entry about what
    /// a person did: the name of that person. Empty: none.
    /// </summary>
    [Id(24)] public IReadOnlyList<string> Heard { get; init; } = [];

    [Id(11)] public IReadOnlyDictionary<string, string> Attributes { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>When the last outage ended that outlasted its grace, notified or muted. Ends older mutes until recovery.</summary>
    [Id(20)] public DateTimeOffset? RecoveredAt { get; init; }

    /// <summary>Back after a muted outage: if the connection lasts, the thing has recovered at this moment.</summary>
    [Id(21)] public DateTimeOffset? RecoversAt { get; init; }

    /// <summary>Not stored.</summary>
    [Id(12), JsonIgnore] public ActivationMemory Memory { get; init; } = ActivationMemory.Empty;

    [Id(13)] public Unrest? Unrest { get; init; }

    /// <summary>Bursts of flapping of which something is still owed, oldest first; the last one may be running.</summary>
    [Id(14)] public IReadOnlyList<Flapping> Flapping { get; init; } = [];

    [Id(15)] public PolicySettings? Override { get; init; }

    /// <summary>It was imported then, or a policy named it, and nothing is known of its connection yet. null: something is.</summary>
    [Id(26)] public DateTimeOffset? ExpectedSince { get; init; }

    /// <summary>A new client ID for each connection must not make the item grow.</summary>
    public const int MostClients = 4;
}

/// <param name="At">Epoch seconds.</param>
[GenerateSerializer, Immutable, Alias("IoTOrleans.RingEntry")]
public readonly record struct RingEntry([property: Id(0)] long At, [property: Id(1)] PresenceReason Reason);

/// <summary>How far one kind of event has been read.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.OrderMark")]
public sealed record OrderMark
{
    /// <summary>Session number, shadow version or broker sequence of the last event; null: only its time counts.</summary>
    [Id(0)] public long? Number { get; init; }

    /// <summary>Lifecycle events without numbers, and version 0.2 or earlier: the session of the last event.</summary>
    [Id(1)] public string? Session { get; init; }

    /// <summary>Version 0.2 or earlier: the numbering of the lifecycle events began with the event of this time.</summary>
    [Id(2)] public DateTimeOffset? Opened { get; init; }

    /// <summary>Which start of the broker numbered the last event.</summary>
    [Id(3)] public long? BrokerStart { get; init; }

    /// <summary>What the thing is after the last event. The end of a replaced session leaves it connected.</summary>
    [Id(4)] public bool Connected { get; init; }

    /// <summary>The last event was the end of its session.</summary>
    [Id(7)] public bool Ended { get; init; }

    /// <summary>Time stamp of the last event, not later than its arrival: orders events of this kind.</summary>
    [Id(5)] public DateTimeOffset Stamp { get; init; }

    /// <summary>When the last event is taken to have happened: compared with other kinds.</summary>
    [Id(6)] public DateTimeOffset At { get; init; }

    /// <summary>Time stamp of the event before the last one, if it said the opposite in the same second; else null.</summary>
    [Id(8)] public DateTimeOffset? Before { get; init; }

    public static string KeyOf(ConnectionChange change) => change.Kind switch
    {
        ChangeKind.Lifecycle => LifecycleKey,
        ChangeKind.Shadow => ShadowKeyOf(change.ShadowName),
        ChangeKind.Broker => BrokerKey,
        ChangeKind.Imported => ImportKey,
        _ => "time",
    };

    /// <summary>Each shadow of a thing counts its own versions.</summary>
    public static string ShadowKeyOf(string? shadowName) => shadowName is null ? "shadow" : "shadow:" + shadowName;

    public const string LifecycleKey = "lifecycle";
    public const string BrokerKey = "broker";
    public const string ImportKey = "import";
}
