using System.Buffers.Text;
using System.Security.Cryptography;

namespace IoTOrleans.Grains.Presence;

/// <summary>
/// The order of lifecycle events. AWS IoT counts the sessions of each client id, so each client has a mark of its own, and the thing is
/// connected as long as one of its clients is.
/// </summary>
internal static class ClientOrder
{
    /// <summary>
    /// A session number 0 begins a new numbering if stamp and queue both put it this much later than the last event. A shorter time could
    /// be an old event that AWS sent late; the session of a client may expire within a minute.
    /// </summary>
    internal static readonly TimeSpan ClearlyLater = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Client ids are kept as text, so that people recognize them, up to this many bytes for all clients of a thing: four UUIDs.
    /// </summary>
    internal const int IdBytes = 160;

    public static OrderVerdict Judge(DeviceState state, ConnectionChange change, EventTime time)
    {
        if (change.SessionIdentifier is { } session) change = change with { SessionIdentifier = Fingerprint(session) };
        var (mark, adopted) = Find(state, change.ClientId ?? "");
        if (mark is null && time.At <= state.ClientsForgottenUntil) return OrderVerdict.No(PresenceReason.OlderEvent, time.At);

        var (why, opens) = mark is null ? (PresenceReason.None, true) : Compare(mark, change, time, adopted);
        if (why != PresenceReason.None) return OrderVerdict.No(why, time.At);

        var moved = Move(mark, change, time, opens, mark is null || adopted ? NameIn(state, change.ClientId ?? "") : mark.Client);
        List<ClientMark> clients = [.. state.Clients.Where(client => client != mark), moved];
        var marked = new Dictionary<string, OrderMark>(state.Marks);
        if (adopted) marked.Remove(OrderMark.LifecycleKey);
        var (next, forgotten) = WithinLimit(state with { Clients = clients, Marks = marked });
        return new(PresenceReason.None, Moment(next, mark, moved, time.At), OrderMark.LifecycleKey, next,
            next.Clients.Any(client => client.Connected))
        {
            NewSession = mark is not null && (opens || !IsSameSession(mark, change)),
            OtherClient = mark is null && state.Clients.Count > 0,
            AnotherIsConnected = !moved.Connected && next.Clients.Any(client => client.Connected),
            Forgotten = forgotten is { Connected: true } ? forgotten.Client : null,
            MustStore = true,
        };
    }

    /// <summary>
    /// The mark of all clients together, for the comparison with events of other kinds; null: none. A mark of version 0.2 belongs to a
    /// client that is not known.
    /// </summary>
    public static OrderMark? Together(DeviceState state) => state.Clients.Count == 0
        ? state.Marks.GetValueOrDefault(OrderMark.LifecycleKey)
        : new()
        {
            Connected = state.Clients.Any(client => client.Connected),
            Ended = state.Clients.All(client => client.Ended),
            Stamp = state.Clients.Max(client => client.Stamp),
            At = state.Clients.Max(client => client.At),
        };

    /// <summary>Every kind's mark, that of the lifecycle events among them.</summary>
    public static IEnumerable<KeyValuePair<string, OrderMark>> AllMarks(DeviceState state) => state.Clients.Count == 0
        ? state.Marks : state.Marks.Append(new(OrderMark.LifecycleKey, Together(state)!));

    /// <summary>
    /// The MQTT client IDs of a thing, as a verifier is asked about them. The client of a state of version 0.2 is by custom called like the
    /// thing. Null: nothing is known of the thing but its name, which was imported.
    /// </summary>
    public static IReadOnlyList<string?>? IdsOf(DeviceState state, string thingName) => state.Clients.Count > 0
        ? [.. state.Clients.Select(client => IdOf(client, thingName))]
        : state.Marks.ContainsKey(OrderMark.LifecycleKey) ? [thingName]
        : state.Marks.Keys.All(kind => kind == OrderMark.ImportKey) ? null : [];

    /// <summary>Null: it was too long to be stored.</summary>
    public static string? IdOf(ClientMark client, string thingName) => client.Client switch
    {
        "" => thingName,
        ['#', ..] => null,
        var id => id,
    };

    /// <summary>
    /// Forgets the client that matters least: of those that ended, the one that ended first; else the one that was heard least recently.
    /// </summary>
    public static DeviceState Forget(DeviceState state, out ClientMark forgotten)
    {
        var least = forgotten = state.Clients.OrderBy(client => client.Connected).ThenBy(client => client.At).First();
        return state with
        {
            Clients = [.. state.Clients.Where(client => client != least)],
            ClientsForgottenUntil = Later(state.ClientsForgottenUntil ?? least.At, least.At),
        };
    }

    /// <summary>Six bytes of a hash: two names of one thing share them once in 10¹⁴ cases.</summary>
    internal static string Fingerprint(string text) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 6));

    private static (ClientMark? Mark, bool Adopted) Find(DeviceState state, string id)
    {
        if (state.Clients.FirstOrDefault(client => IsNameOf(client.Client, id)) is { } known) return (known, false);
        if (state.Clients.Count > 0 || !state.Marks.TryGetValue(OrderMark.LifecycleKey, out var old)) return (null, false);

        return (new()
        {
            Client = "",
            Number = old.Number ?? 0,
            Session = old.Session is null ? null : Fingerprint(old.Session),
            Stamp = old.Stamp,
            At = old.At,
            Late = old.At == old.Stamp,
            Connected = old.Connected,
            Ended = old.Ended,
            OpenedStamp = old.Opened ?? old.Stamp,
            OpenedAt = old.Opened ?? old.At,
        }, true);
    }

    /// <param name="adopted">The mark may be another client's, whose numbers say nothing about this one's.</param>
    private static (PresenceReason Why, bool Opens) Compare(ClientMark last, ConnectionChange change, EventTime time, bool adopted)
    {
        var (earliest, latest) = (last.Stamp - EventTime.LifecycleAccuracy, last.Late ? last.At + EventTime.LifecycleAccuracy : last.At);
        var surelyLater = time.Stamp - EventTime.LifecycleAccuracy > latest;
        if (IsSameSession(last, change))
        {
            // A stable client keeps number 0 from one numbering to the next, and its two sessions may lack identifiers: only time tells.
            if (!last.Ended && !change.Connected) return (PresenceReason.None, false);
            if (surelyLater && !AreIdentified(last, change)) return (PresenceReason.None, true);
            return (change.Connected == !last.Ended ? PresenceReason.Duplicate : PresenceReason.OlderEvent, false);
        }

        if (time.Latest < earliest) return (PresenceReason.OlderNumbering, false);
        if (change.SessionIdentifier is { } session && last.SessionBefore == session) return (PresenceReason.OlderEvent, false);
        if (change.Number > last.Number)
        {
            var beforeOpening = time.Stamp < last.OpenedStamp && time.At < last.OpenedAt;
            return beforeOpening ? (PresenceReason.OlderNumbering, false) : (PresenceReason.None, false);
        }

        var agreed = time.Stamp > last.Stamp && time.At >= last.At + ClearlyLater;
        var opens = surelyLater || (agreed && (adopted || (change.Number == 0 && AreIdentified(last, change))));
        return opens ? (PresenceReason.None, true) : (PresenceReason.OlderEvent, false);
    }

    private static ClientMark Move(ClientMark? last, ConnectionChange change, EventTime time, bool opens, string client)
    {
        return new()
        {
            Client = client,
            Number = change.Number!.Value,
            Session = change.SessionIdentifier,
            SessionBefore = last is null || IsSameSession(last, change) ? last?.SessionBefore : last.Session,
            Stamp = last is null ? time.Stamp : Later(last.Stamp, time.Stamp),
            At = time.At,
            Late = time.IsLate,
            Connected = change.Connected || change.DisconnectReason == OrderVerdict.DuplicateClientId,
            Ended = !change.Connected,
            OpenedStamp = last is null || opens ? time.Stamp : last.OpenedStamp,
            OpenedAt = last is null || opens ? time.At : last.OpenedAt,
        };
    }

    /// <summary>The thing disconnected when its last client did, whichever of their ends is reported last.</summary>
    private static DateTimeOffset Moment(DeviceState next, ClientMark? before, ClientMark moved, DateTimeOffset at)
    {
        if (moved.Connected || next.Clients.Any(client => client.Connected) || before is { Connected: false }) return at;
        return next.Clients.Where(client => client.Client != moved.Client).Select(client => client.At).Append(at).Max();
    }

    private static (DeviceState State, ClientMark? Forgotten) WithinLimit(DeviceState state)
    {
        if (state.Clients.Count <= DeviceState.MostClients) return (state, null);
        return (Forget(state, out var forgotten), forgotten);
    }

    private static string NameIn(DeviceState state, string id) =>
        state.Clients.Append(new() { Client = id }).Sum(client => Encoding.UTF8.GetByteCount(client.Client)) <= IdBytes ? id : Hidden(id);

    /// <summary>AWS sends no lifecycle events about a client whose id has a <c>#</c>.</summary>
    private static string Hidden(string id) => "#" + Fingerprint(id);

    private static bool IsNameOf(string name, string id) => name == id || (name.StartsWith('#') && name == Hidden(id));

    private static bool IsSameSession(ClientMark last, ConnectionChange change) =>
        AreIdentified(last, change) ? last.Session == change.SessionIdentifier : last.Number == change.Number;

    private static bool AreIdentified(ClientMark last, ConnectionChange change) =>
        last.Session is not null && change.SessionIdentifier is not null;
}
