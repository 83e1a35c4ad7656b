namespace IoTOrleans.Grains.Presence;

/// <summary>When a change happened, as far as stamp and arrival tell.</summary>
/// <param name="Stamp">The sender's, but not later than the moment at which the message first reached us.</param>
/// <param name="At">The moment the change is taken to have happened.</param>
/// <param name="IsLate">It reached our queue later than a lifecycle stamp can be off: only the stamp tells.</param>
internal readonly record struct EventTime(DateTimeOffset Stamp, DateTimeOffset At, bool IsLate)
{
    /// <summary>The stated accuracy of a lifecycle event's stamp (AWS IoT developer guide, "Lifecycle events").</summary>
    internal static readonly TimeSpan LifecycleAccuracy = TimeSpan.FromMinutes(2);

    /// <summary>It happened at this time at the latest.</summary>
    public DateTimeOffset Latest => IsLate ? At + LifecycleAccuracy : At;

    public static EventTime Of(ConnectionChange change) =>
        Of(change.Timestamp, change.ReceivedAt, change.Kind is ChangeKind.Lifecycle or ChangeKind.LifecycleTime);

    public static EventTime Of(ConnectFailure failure) => Of(failure.Timestamp, failure.ReceivedAt, isLifecycle: true);

    /// <summary>In milliseconds, as stored: otherwise an event would look newer than itself when it comes again.</summary>
    private static EventTime Of(DateTimeOffset timestamp, DateTimeOffset receivedAt, bool isLifecycle)
    {
        var received = ToMilliseconds(receivedAt);
        var stamp = ToMilliseconds(timestamp);
        if (stamp > received) stamp = received;
        var late = received - stamp > LifecycleAccuracy;
        return new(stamp, isLifecycle && !late ? received : stamp, late);
    }
}

/// <param name="Why">None: the event counts. Else why it does not.</param>
/// <param name="At">The moment the event is taken to have happened.</param>
/// <param name="Key">Its kind.</param>
/// <param name="Marked">The state with the order mark of this event.</param>
/// <param name="Connected">What it says of the connection.</param>
internal readonly record struct OrderVerdict(PresenceReason Why, DateTimeOffset At, string Key, DeviceState Marked, bool Connected)
{
    /// <summary>The reason of a replaced session's end: another session of the same client is connected.</summary>
    internal const string DuplicateClientId = "DUPLICATE_CLIENTID";

    /// <summary>It belongs to another session than the last event of its kind and client.</summary>
    public bool NewSession { get; init; }

    /// <summary>It is the first event of a client, and the thing has other clients.</summary>
    public bool OtherClient { get; init; }

    /// <summary>A client has gone and another one is connected: nothing has changed for the thing.</summary>
    public bool AnotherIsConnected { get; init; }

    /// <summary>A connected client that had to make room for another; null: none.</summary>
    public string? Forgotten { get; init; }

    /// <summary>Without the stored mark a late older event could count as new.</summary>
    public bool MustStore { get; init; }

    public static OrderVerdict No(PresenceReason why, DateTimeOffset at) => new(why, at, "", null!, false);
}
