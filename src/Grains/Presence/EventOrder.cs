namespace IoTOrleans.Grains.Presence;

/// <summary>
/// Rules 1 and 2: which of two events is the newer one, and when did it happen? AWS promises neither order nor single delivery,
/// and its presence stamps are good to ± 2 minutes only (developer guide, "Lifecycle events").
/// </summary>
internal static class EventOrder
{
    /// <summary>The stated accuracy of a lifecycle event's stamp.</summary>
    internal static readonly TimeSpan LifecycleAccuracy = TimeSpan.FromMinutes(2);

    /// <summary>Shadow stamps are whole seconds of one service; more than this apart is no rounding.</summary>
    internal static readonly TimeSpan ShadowSlack = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How old a request may be to count as now, and how far ahead a mark must lie to be that of another clock, or of one that was wrong.
    /// </summary>
    internal static readonly TimeSpan JustNow = TimeSpan.FromSeconds(1);

    /// <summary>The replaced session's end: proof that another session of the same client is connected.</summary>
    internal const string DuplicateClientId = "DUPLICATE_CLIENTID";

    public static OrderVerdict Judge(DeviceState state, ConnectionChange change, DateTimeOffset now)
    {
        var time = EventTime.Of(change);
        var newest = change.HappensNow && now - change.ReceivedAt <= JustNow ? now + JustNow : (DateTimeOffset?)null;
        var verdict = change.Kind == ChangeKind.Lifecycle
            ? ClientOrder.Judge(state, change, time)
            : JudgeByMark(state, change, time, newest);
        if (verdict.Why != PresenceReason.None) return verdict with { Marked = state, Connected = state.Connected ?? false };
        return verdict.AnotherIsConnected || !IsOverruled(state, change, verdict, newest) ? verdict : verdict with
        {
            Why = PresenceReason.OverruledByOtherKind,
        };
    }

    /// <param name="newest">What is stored with a later time than this says nothing against the event; null: every mark counts.</param>
    private static OrderVerdict JudgeByMark(DeviceState state, ConnectionChange change, EventTime time, DateTimeOffset? newest)
    {
        var key = OrderMark.KeyOf(change);
        var last = state.Marks.GetValueOrDefault(key);
        var isAhead = last?.Stamp > newest && !(change.Number <= last.Number);
        var why = last is null || isAhead ? PresenceReason.None : CompareWithinKind(last, change, time.Stamp);
        if (why != PresenceReason.None) return OrderVerdict.No(why, time.At);

        var connected = change.Connected || change.DisconnectReason == DuplicateClientId;
        var mark = new OrderMark
        {
            Number = change.Number,
            Session = change.SessionIdentifier,
            BrokerStart = change.BrokerStart,
            Connected = connected,
            Ended = !change.Connected,
            Stamp = last is not null && last.Stamp > time.Stamp && !isAhead ? last.Stamp : time.Stamp,
            At = time.At,
            Before = BeforeWithinSecond(last, change, connected, time.Stamp),
        };
        var newSession = change.Kind is ChangeKind.Broker && last is not null && !IsSameConnection(last, change);
        var marked = state with { Marks = new Dictionary<string, OrderMark>(state.Marks) { [key] = mark } };
        return new(PresenceReason.None, time.At, key, marked, connected)
        {
            NewSession = newSession, MustStore = last is null || newSession || !FollowsDirectly(last, change),
        };
    }

    private static PresenceReason CompareWithinKind(OrderMark last, ConnectionChange change, DateTimeOffset stamp) =>
        change.Kind switch
        {
            ChangeKind.Broker => CompareBroker(last, change),
            ChangeKind.Shadow => CompareShadow(last, change, stamp),
            _ => CompareTimes(last, change, stamp),
        };

    private static PresenceReason CompareBroker(OrderMark last, ConnectionChange change)
    {
        if (IsSameConnection(last, change))
        {
            // The end of a connection follows its begin; a disconnect ends only the connection it names.
            return !last.Ended && !change.Connected ? PresenceReason.None
                : change.Connected == !last.Ended ? PresenceReason.Duplicate : PresenceReason.OlderEvent;
        }

        return (change.BrokerStart, change.Number).CompareTo((last.BrokerStart, last.Number)) > 0
            ? PresenceReason.None
            : PresenceReason.OlderEvent;
    }

    private static PresenceReason CompareShadow(OrderMark last, ConnectionChange change, DateTimeOffset stamp)
    {
        if (change.Number > last.Number)
        {
            // A higher version with a much older stamp is a late word of a shadow that has been deleted and made again since.
            return stamp >= last.Stamp - ShadowSlack ? PresenceReason.None : PresenceReason.OlderEvent;
        }

        if (stamp > last.Stamp + ShadowSlack) return PresenceReason.None;
        return change.Number == last.Number ? PresenceReason.Duplicate : PresenceReason.OlderEvent;
    }

    private static PresenceReason CompareTimes(OrderMark last, ConnectionChange change, DateTimeOffset stamp)
    {
        var otherwise = change.Connected != last.Connected;
        if (otherwise && stamp == last.Before && (stamp != last.Stamp || !IsWholeSecond(stamp))) return PresenceReason.Duplicate;
        if (stamp > last.Stamp) return PresenceReason.None;
        if (stamp < last.Stamp && !SaysOnlyTheSecond(change, stamp, last.Stamp)) return PresenceReason.OlderEvent;

        // Within a second that is all that is known they are taken as they come: a change of state is no duplicate.
        return otherwise ? PresenceReason.None : PresenceReason.Duplicate;
    }

    /// <summary>
    /// A stamp of a whole second says nothing about the order within it. Lifecycle events are stamped in milliseconds, also where they
    /// happen to end in zeros.
    /// </summary>
    private static bool SaysOnlyTheSecond(ConnectionChange change, DateTimeOffset stamp, DateTimeOffset other) =>
        change.Kind == ChangeKind.Time && IsWholeSecond(stamp) && stamp.ToUnixTimeSeconds() == other.ToUnixTimeSeconds();

    /// <summary>Where the second does not tell, and the event before comes again, it must be known.</summary>
    private static DateTimeOffset? BeforeWithinSecond(OrderMark? last, ConnectionChange change, bool connected, DateTimeOffset stamp) =>
        change.Kind is ChangeKind.Time or ChangeKind.LifecycleTime && last is not null && last.Connected != connected
        && last.Stamp.ToUnixTimeSeconds() == stamp.ToUnixTimeSeconds() ? last.Stamp : null;

    private static bool IsWholeSecond(DateTimeOffset stamp) => stamp.Ticks % TimeSpan.TicksPerSecond == 0;

    /// <summary>
    /// Between kinds only time can tell; a draw goes to <c>connected</c>, also where only the second is known. Within the accuracy of
    /// lifecycle stamps the lifecycle's own word counts: it knows its sessions, while a Last Will may write <c>connected: false</c> into
    /// the shadow after the thing's next session has begun.
    /// </summary>
    private static bool IsOverruled(DeviceState state, ConnectionChange change, OrderVerdict verdict, DateTimeOffset? newest)
    {
        var (at, connected) = (verdict.At, verdict.Connected);
        var lifecycle = change.Kind is ChangeKind.Lifecycle or ChangeKind.LifecycleTime;
        var saidByHand = change is { Kind: ChangeKind.Time, Source: EventSource.Http };
        foreach (var (otherKey, other) in ClientOrder.AllMarks(state))
        {
            if (otherKey == verdict.Key || other.Connected == connected) continue;
            var near = (at - other.At).Duration() <= LifecycleAccuracy;
            if (lifecycle && near) continue;
            if (otherKey == OrderMark.LifecycleKey && near && !connected && !saidByHand) return true;
            if (other.At > newest) continue;
            if (connected ? at < other.At && !SaysOnlyTheSecond(change, at, other.At) : at <= other.At) return true;
        }

        return false;
    }

    private static bool IsSameConnection(OrderMark last, ConnectionChange change) =>
        last.BrokerStart == change.BrokerStart && last.Number == change.Number;

    /// <summary>
    /// Between the last event and this one there can be none that we have not seen: then its mark may wait in memory. Anything
    /// else must be stored, or a crash would forget it and a late older event would be taken for news. The reports of a connected thing
    /// need no write: the next one corrects a mark that got lost. A thing that is away sends no next one.
    /// </summary>
    private static bool FollowsDirectly(OrderMark last, ConnectionChange change) => change.Kind switch
    {
        ChangeKind.Shadow => change.Number == last.Number + 1 || change is { SaysUnchanged: true, Connected: true },
        ChangeKind.Broker => last.BrokerStart == change.BrokerStart,
        _ => change is { SaysUnchanged: true, Connected: true },
    };
}

/// <summary>When a change happened, as far as stamp and arrival tell.</summary>
/// <param name="Stamp">The sender's, trusted only up to the moment that the first machine of ours saw the message.</param>
/// <param name="At">The moment the change is taken to have happened.</param>
/// <param name="IsLate">It reached our queue later than a lifecycle stamp can be off: only the stamp tells.</param>
internal readonly record struct EventTime(DateTimeOffset Stamp, DateTimeOffset At, bool IsLate)
{
    /// <summary>It has not happened after this.</summary>
    public DateTimeOffset Latest => IsLate ? At + EventOrder.LifecycleAccuracy : At;

    /// <summary>In milliseconds: finer than it is stored, an event would look newer than itself when it comes again.</summary>
    public static EventTime Of(ConnectionChange change)
    {
        var received = PresenceRules.ToMilliseconds(change.ReceivedAt);
        var stamp = PresenceRules.ToMilliseconds(change.Timestamp);
        if (stamp > received) stamp = received;
        var late = received - stamp > EventOrder.LifecycleAccuracy;
        var lifecycle = change.Kind is ChangeKind.Lifecycle or ChangeKind.LifecycleTime;
        return new(stamp, lifecycle && !late ? received : stamp, late);
    }
}

/// <param name="Why">None: it is news. Else why it is not.</param>
/// <param name="At">The moment the event is taken to have happened.</param>
/// <param name="Key">Its kind.</param>
/// <param name="Marked">The state, its kind read up to the event.</param>
/// <param name="Connected">What it says of the connection.</param>
internal readonly record struct OrderVerdict(PresenceReason Why, DateTimeOffset At, string Key, DeviceState Marked, bool Connected)
{
    /// <summary>It belongs to another session than the last event of its kind and client.</summary>
    public bool NewSession { get; init; }

    /// <summary>It is the first one of a client of a thing that has others.</summary>
    public bool OtherClient { get; init; }

    /// <summary>A client has gone and another one is connected: nothing has changed for the thing.</summary>
    public bool AnotherIsConnected { get; init; }

    /// <summary>A connected client that had to make room; null: none.</summary>
    public string? Forgotten { get; init; }

    /// <summary>Forgetting the mark could make an older event look like news.</summary>
    public bool MustStore { get; init; }

    public static OrderVerdict No(PresenceReason why, DateTimeOffset at) => new(why, at, "", null!, false);
}
