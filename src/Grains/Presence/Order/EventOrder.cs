namespace IoTOrleans.Grains.Presence;

/// <summary>
/// Rules 1 and 2: which of two events is the newer one, and when did it happen? AWS promises neither order nor single delivery,
/// and its presence stamps are good to ± 2 minutes only (developer guide, "Lifecycle events").
/// </summary>
internal static class EventOrder
{
    /// <summary>Shadow stamps are whole seconds of one service; more than this apart is no rounding.</summary>
    internal static readonly TimeSpan ShadowSlack = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How old a request may be to count as now, and how far ahead a mark must lie to come from another, or from a wrong, clock.
    /// </summary>
    internal static readonly TimeSpan JustNow = TimeSpan.FromSeconds(1);

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

    public static DeviceState WithMark(this DeviceState state, string key, OrderMark mark) =>
        state with { Marks = new Dictionary<string, OrderMark>(state.Marks) { [key] = mark } };

    /// <param name="newest">A mark with a later time than this does not count against the event; null: every mark counts.</param>
    private static OrderVerdict JudgeByMark(DeviceState state, ConnectionChange change, EventTime time, DateTimeOffset? newest)
    {
        var key = OrderMark.KeyOf(change);
        var last = state.Marks.GetValueOrDefault(key);
        var isAhead = last?.Stamp > newest && !(change.Number <= last.Number);
        if (last is null && IsBeforeConfirmed(state, change, time.Stamp)) return OrderVerdict.No(PresenceReason.OlderEvent, time.At);
        var why = last is null || isAhead ? PresenceReason.None : CompareWithinKind(last, change, time.Stamp);
        if (why != PresenceReason.None) return OrderVerdict.No(why, time.At);

        var connected = change.Connected || change.DisconnectReason == OrderVerdict.DuplicateClientId;
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
        var marked = state.WithMark(key, mark);
        return new(PresenceReason.None, time.At, key, marked, connected)
        {
            NewSession = newSession, MustStore = last is null || newSession || !FollowsDirectly(last, change),
        };
    }

    /// <summary>The verifier has confirmed the outage with a later version of the shadow than this first event of it.</summary>
    private static bool IsBeforeConfirmed(DeviceState state, ConnectionChange change, DateTimeOffset stamp) =>
        change is { Kind: ChangeKind.Shadow, ShadowName: null } && state.Outage is { } outage && change.Number < outage.ConfirmedVersion
            && stamp <= outage.Since + EventTime.LifecycleAccuracy + ShadowSlack;

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
            // A higher version with a much older stamp is a late event of a shadow that has been deleted and created again since.
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

        // Where only the second is known, events count in the order in which they come: a change of state is not a duplicate.
        return otherwise ? PresenceReason.None : PresenceReason.Duplicate;
    }

    /// <summary>
    /// A stamp of a whole second says nothing about the order within it. Lifecycle events are stamped in milliseconds, also where they
    /// happen to end in zeros.
    /// </summary>
    private static bool SaysOnlyTheSecond(ConnectionChange change, DateTimeOffset stamp, DateTimeOffset other) =>
        change.Kind == ChangeKind.Time && IsWholeSecond(stamp) && stamp.ToUnixTimeSeconds() == other.ToUnixTimeSeconds();

    /// <summary>Within one second: the stamp of the event before, so that it is recognized if it comes again.</summary>
    private static DateTimeOffset? BeforeWithinSecond(OrderMark? last, ConnectionChange change, bool connected, DateTimeOffset stamp) =>
        change.Kind is ChangeKind.Time or ChangeKind.LifecycleTime && last is not null && last.Connected != connected
        && last.Stamp.ToUnixTimeSeconds() == stamp.ToUnixTimeSeconds() ? last.Stamp : null;

    private static bool IsWholeSecond(DateTimeOffset stamp) => stamp.Ticks % TimeSpan.TicksPerSecond == 0;

    /// <summary>
    /// Events of different kinds are compared by time; a draw goes to <c>connected</c>, also where only the second is known. Within the
    /// accuracy of lifecycle stamps the lifecycle event counts: it knows the sessions, while a Last Will may write <c>connected: false</c>
    /// into the shadow after the thing's next session has begun.
    /// </summary>
    private static bool IsOverruled(DeviceState state, ConnectionChange change, OrderVerdict verdict, DateTimeOffset? newest)
    {
        var (at, connected) = (verdict.At, verdict.Connected);
        var lifecycle = change.Kind is ChangeKind.Lifecycle or ChangeKind.LifecycleTime;
        var saidByHand = change is { Kind: ChangeKind.Time, Source: EventSource.Http };
        foreach (var (otherKey, other) in ClientOrder.AllMarks(state))
        {
            if (otherKey == verdict.Key || other.Connected == connected) continue;
            var near = (at - other.At).Duration() <= EventTime.LifecycleAccuracy;
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
    /// No event can lie between the last one and this one: then its mark may wait in memory. All others must be stored, or after a crash
    /// a late older event would count as new. The reports of a connected thing need no write: the next one corrects a mark that got lost. A
    /// thing that is away sends no next one.
    /// </summary>
    private static bool FollowsDirectly(OrderMark last, ConnectionChange change) => change.Kind switch
    {
        ChangeKind.Shadow => change.Number == last.Number + 1 || change is { SaysUnchanged: true, Connected: true },
        ChangeKind.Broker => last.BrokerStart == change.BrokerStart,
        _ => change is { SaysUnchanged: true, Connected: true },
    };
}
