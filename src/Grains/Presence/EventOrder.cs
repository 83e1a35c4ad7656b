using IoTOrleans.Contracts;

namespace IoTOrleans.Grains.Presence;

/// <summary>
/// Rules 1 and 2: which of two events is the newer one, and when did it happen? AWS promises neither order nor single delivery,
/// and its presence stamps are good to ± 2 minutes only (developer guide, "Lifecycle events").
/// </summary>
internal static class EventOrder
{
    /// <summary>The stated accuracy of a lifecycle event's stamp.</summary>
    internal static readonly TimeSpan LifecycleAccuracy = TimeSpan.FromMinutes(2);

    /// <summary>
    /// AWS counts sessions from 0 again after about an hour away. Half of that is enough to tell a new numbering from a late event.
    /// </summary>
    internal static readonly TimeSpan NewNumberingAfter = TimeSpan.FromMinutes(30);

    /// <summary>Twice the accuracy: an event this much older than the start of a numbering belongs to the one before.</summary>
    internal static readonly TimeSpan OlderNumberingBefore = 2 * LifecycleAccuracy;

    /// <summary>Shadow stamps are whole seconds of one service; more than this apart is no rounding.</summary>
    internal static readonly TimeSpan ShadowSlack = TimeSpan.FromSeconds(60);

    /// <summary>The replaced session's end: proof that another session of the same client is connected.</summary>
    internal const string DuplicateClientId = "DUPLICATE_CLIENTID";

    public static OrderVerdict Judge(DeviceState state, ConnectionChange change)
    {
        // A stamp is trusted only up to the moment that the first machine of ours saw the message. Finer than it is stored, it
        // would look newer than itself when it comes again.
        var received = PresenceRules.ToMilliseconds(change.ReceivedAt);
        var stamp = PresenceRules.ToMilliseconds(change.Timestamp);
        var lifecycle = change.Kind is ChangeKind.Lifecycle or ChangeKind.LifecycleTime;
        if (stamp > received) stamp = received;
        var at = lifecycle && received - stamp <= LifecycleAccuracy ? received : stamp;

        var key = OrderMark.KeyOf(change);
        var last = state.Marks.GetValueOrDefault(key);
        var (why, opensNumbering) = last is null ? (PresenceReason.None, true) : CompareWithinKind(last, change, stamp);
        if (why != PresenceReason.None) return new(why, at, key, last!, state.Connected ?? false, NewSession: false, MustStore: false);

        var connected = change.Connected || change.DisconnectReason == DuplicateClientId;
        var mark = new OrderMark
        {
            Number = change.Number,
            Session = change.SessionIdentifier,
            BrokerStart = change.BrokerStart,
            Opened = change.Kind != ChangeKind.Lifecycle ? null : opensNumbering ? stamp : last!.Opened,
            Connected = connected,
            Ended = !change.Connected,
            Stamp = last is not null && last.Stamp > stamp && !opensNumbering ? last.Stamp : stamp,
            At = at,
        };
        var newSession = change.Kind is ChangeKind.Lifecycle or ChangeKind.Broker && last is not null && (opensNumbering || !IsSameSession(last, change));
        var overruled = IsOverruled(state, change, key, connected, at);
        return new(
            overruled ? PresenceReason.OverruledByOtherKind : PresenceReason.None, at, key, mark, connected, newSession,
            MustStore: last is null || newSession || !FollowsDirectly(last, change));
    }

    private static (PresenceReason Why, bool OpensNumbering) CompareWithinKind(OrderMark last, ConnectionChange change, DateTimeOffset stamp) =>
        change.Kind switch
        {
            ChangeKind.Lifecycle => CompareSessions(last, change, stamp),
            ChangeKind.Broker => (CompareBroker(last, change), false),
            ChangeKind.Shadow => (CompareShadow(last, change, stamp), false),
            _ => (CompareTimes(last, change, stamp), false),
        };

    private static (PresenceReason, bool) CompareSessions(OrderMark last, ConnectionChange change, DateTimeOffset stamp)
    {
        if (stamp < last.Opened - OlderNumberingBefore) return (PresenceReason.OlderNumbering, false);

        // A stable client keeps number 0 from one numbering to the next, and its two sessions may lack identifiers: only time tells.
        var longAfter = stamp > last.Stamp + NewNumberingAfter;
        var identified = last.Session is not null && change.SessionIdentifier is not null;
        if (IsSameSession(last, change))
        {
            if (!last.Ended && !change.Connected) return (PresenceReason.None, false);
            if (longAfter && !identified) return (PresenceReason.None, true);
            return (change.Connected == !last.Ended ? PresenceReason.Duplicate : PresenceReason.OlderEvent, false);
        }

        if (change.Number > last.Number) return (PresenceReason.None, false);
        return longAfter ? (PresenceReason.None, true) : (PresenceReason.OlderEvent, false);
    }

    private static PresenceReason CompareBroker(OrderMark last, ConnectionChange change)
    {
        if (IsSameSession(last, change))
        {
            // The end of a connection follows its begin; a disconnect ends only the connection it names.
            return !last.Ended && !change.Connected ? PresenceReason.None
                : change.Connected == !last.Ended ? PresenceReason.Duplicate : PresenceReason.OlderEvent;
        }

        return (change.BrokerStart, change.Number).CompareTo((last.BrokerStart, last.Number)) > 0 ? PresenceReason.None : PresenceReason.OlderEvent;
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
        if (stamp > last.Stamp) return PresenceReason.None;
        if (stamp < last.Stamp) return PresenceReason.OlderEvent;

        // Stamps of whole seconds: a change of state within the same one is no duplicate.
        return change.Connected != last.Connected ? PresenceReason.None : PresenceReason.Duplicate;
    }

    /// <summary>
    /// Between kinds only time can tell; a draw goes to <c>connected</c>. Within the accuracy of lifecycle stamps the lifecycle's own
    /// word counts: it knows its sessions, while a Last Will may write <c>connected: false</c> into the shadow after the
    /// thing's next session has begun.
    /// </summary>
    private static bool IsOverruled(DeviceState state, ConnectionChange change, string key, bool connected, DateTimeOffset at)
    {
        var lifecycle = change.Kind is ChangeKind.Lifecycle or ChangeKind.LifecycleTime;
        var saidByHand = change is { Kind: ChangeKind.Time, Source: EventSource.Http };
        foreach (var (otherKey, other) in state.Marks)
        {
            if (otherKey == key || other.Connected == connected) continue;
            var near = (at - other.At).Duration() <= LifecycleAccuracy;
            if (lifecycle && near) continue;
            if (otherKey == OrderMark.LifecycleKey && near && !connected && !saidByHand) return true;
            if (connected ? at < other.At : at <= other.At) return true;
        }

        return false;
    }

    private static bool IsSameSession(OrderMark last, ConnectionChange change) => change.Kind switch
    {
        ChangeKind.Broker => last.BrokerStart == change.BrokerStart && last.Number == change.Number,
        _ when last.Session is not null && change.SessionIdentifier is not null => last.Session == change.SessionIdentifier,
        _ => last.Number == change.Number,
    };

    /// <summary>
    /// Between the last event and this one there can be none that we have not seen: then its mark may wait in memory. Anything
    /// else must be stored, or a crash would forget it and a late older event would be taken for news.
    /// </summary>
    private static bool FollowsDirectly(OrderMark last, ConnectionChange change) => change.Kind switch
    {
        ChangeKind.Shadow => change.SaysUnchanged || change.Number == last.Number + 1,
        ChangeKind.Broker => last.BrokerStart == change.BrokerStart,
        _ => change.SaysUnchanged,
    };
}

/// <param name="Why">None: it is news. Else why it is not.</param>
/// <param name="At">The moment the event is taken to have happened.</param>
/// <param name="Mark">How far its kind has been read with it.</param>
/// <param name="Connected">What it says of the connection.</param>
/// <param name="NewSession">It belongs to another session than the last event of its kind.</param>
/// <param name="MustStore">Forgetting the mark could make an older event look like news.</param>
internal readonly record struct OrderVerdict(
    PresenceReason Why, DateTimeOffset At, string Key, OrderMark Mark, bool Connected, bool NewSession, bool MustStore);
