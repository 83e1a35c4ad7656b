namespace IoTOrleans.Grains.Presence;

/// <summary>What the connections of a thing's MQTT clients say about an outage of the thing.</summary>
internal static class ClientAnswers
{
    /// <summary>
    /// Since when the thing is back; null: no connection shows that. A connection need not have begun after the end that we know of: stamps
    /// are good to two minutes only. It is enough that it can have, and that the question came after the end.
    /// </summary>
    public static DateTimeOffset? BackSince(DeviceState state, Outage outage, VerifierAnswer answer, RuleContext context)
    {
        var latest = answer.Clients!
            .Where(client => client.Verdict == VerifierVerdict.Connected)
            .Where(client => Ends(state, outage, client, context).All(IsOver(client, answer)))
            .Max(client => client.ChangedAt);
        return latest is { } back ? Later(back, outage.Since) : null;
    }

    /// <summary>
    /// When the thing changed. Where that is forgotten, it was long before the question: nothing that happened since then is older.
    /// </summary>
    public static DateTimeOffset HappenedBy(this VerifierAnswer answer, DateTimeOffset now) =>
        answer.ChangedAt ?? (answer.AskedAt ?? now) - EventTime.LifecycleAccuracy;

    /// <summary>A later disconnect than the one that began the outage; null: none is known.</summary>
    public static DateTimeOffset? NewerEnd(DeviceState state, Outage outage, VerifierAnswer answer, RuleContext context) =>
        answer.Clients!
            .Where(client => client.ChangedAt > outage.Since)
            .Where(client => Ends(state, outage, client, context).All(end => client.ChangedAt > end.Latest))
            .Max(client => client.ChangedAt);

    /// <summary>
    /// The thing may be connected by a client that nobody has asked about: it has others than the one that is called like the thing.
    /// </summary>
    public static bool MayLackOne(DeviceState state) => state.Clients is not [{ Client: "" }];

    /// <summary>
    /// When the connection of this client has ended. Its own end counts, not that of the client that went last: this one may have been
    /// connected all the time. What else says that the thing is away (its shadow, somebody over HTTP) is about all clients.
    /// </summary>
    private static IEnumerable<ConnectionEnd> Ends(DeviceState state, Outage outage, ClientAnswer client, RuleContext context)
    {
        var own = state.Clients.FirstOrDefault(mark => ClientOrder.IdOf(mark, context.ThingName) == client.Client);
        return state.Marks.Values.Where(mark => !mark.Connected).Select(mark => End(mark.Stamp, mark.At))
            .Concat(own is { Connected: false } ? [End(own.Stamp, own.Late ? own.At + EventTime.LifecycleAccuracy : own.At)] : [])
            .DefaultIfEmpty(End(outage.Since, outage.Since));
    }

    /// <summary>
    /// A client has one connection at a time. So an answer with a connection that began before such an end does not know of the end.
    /// Neither does an answer to an earlier question.
    /// </summary>
    private static Func<ConnectionEnd, bool> IsOver(ClientAnswer client, VerifierAnswer answer) => end =>
        client.ChangedAt > end.Latest || (client.ChangedAt > end.Earliest && answer.AskedAt > end.Latest);

    private static ConnectionEnd End(DateTimeOffset stamp, DateTimeOffset latest) => new(stamp - EventTime.LifecycleAccuracy, latest);

    private readonly record struct ConnectionEnd(DateTimeOffset Earliest, DateTimeOffset Latest);
}
