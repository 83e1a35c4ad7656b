namespace IoTOrleans.Grains.Presence;

/// <param name="State">The state from now on.</param>
/// <param name="Persist">The state must be stored before anything else happens; else only this activation needs to know it.</param>
/// <param name="Effects">What to do once it is stored, in this order.</param>
internal sealed record PresenceDecision(
    DeviceState State, bool Persist, IReadOnlyList<PresenceEffect> Effects, PresenceReason Reason)
{
    /// <summary>Which due notifications go out, before all other effects; null: none.</summary>
    public DueSends? Sends { get; init; }

    public PresenceDecision Sending(bool repeats = false, Verification? verification = null, string? to = null) =>
        this with { Sends = new(repeats, verification, to) };

    public static PresenceDecision Nothing(DeviceState state, PresenceReason reason) => new(state, false, [], reason);

    /// <summary>Only this activation needs to know: asking twice does no harm.</summary>
    public static PresenceDecision Remember(DeviceState state, PresenceReason reason, params IReadOnlyList<PresenceEffect> effects) =>
        new(state, false, effects, reason);

    /// <summary>Store, and write down in the thing's history what happened at that time.</summary>
    public static PresenceDecision Store(DeviceState state, PresenceReason reason, DateTimeOffset at) =>
        Nothing(state, reason).Stored(reason, at);

    /// <summary>The same decision, told with another reason.</summary>
    public PresenceDecision Because(PresenceReason reason) => this with
    {
        State = State with { Ring = [.. State.Ring.SkipLast(1), State.Ring[^1] with { Reason = reason }] },
        Reason = reason,
    };

    /// <summary>Names who did it in the entry that this decision wrote into the history, if it wrote one.</summary>
    public PresenceDecision By(string? person) => person is null || !Persist || !History.IsByPerson(Reason) ? this
        : this with { State = History.By(State, person) };

    public PresenceDecision Stored(PresenceReason reason, DateTimeOffset at) =>
        this with { State = History.Add(State, reason, at), Persist = true, Reason = reason };
}

/// <summary>What is to be done outside the rules. Each effect may get lost; the next tick asks for it again.</summary>
internal abstract record PresenceEffect
{
    private PresenceEffect()
    {
    }

    /// <param name="Clients">As in <see cref="VerifierQuestion"/>.</param>
    internal sealed record AskVerifier(string OutageId, EventSource Source, IReadOnlyList<string?>? Clients) : PresenceEffect;

    /// <param name="KeepAlive">Sent and accepted before; its answer changes nothing.</param>
    internal sealed record Send(string Destination, Notification Notification, bool KeepAlive = false) : PresenceEffect;

    /// <summary>The verifier's answers keep being older than the disconnect: somebody should look at what writes them.</summary>
    internal sealed record WarnVerifierStale : PresenceEffect;

    /// <summary>A connected client had to make room for another: the thing has too many, or events of their ends got lost.</summary>
    internal sealed record WarnClientForgotten(string Client) : PresenceEffect;

    /// <summary>A destination is not notified of this outage any more.</summary>
    internal sealed record WarnGivenUp(string Destination, string OutageId, string Why) : PresenceEffect;

    /// <summary>As above, since the destination is not in the settings any more.</summary>
    internal sealed record Drop(string Destination) : PresenceEffect;
}

/// <summary>The one notification that a destination is owed next about an outage, or about a time of flapping.</summary>
internal sealed record Debt(string Destination, NotificationEvent Event, string OutageId, Delivery Delivery, Func<Notification> Compose)
{
    /// <summary>
    /// What may be sent now. A destination gets one notification of a thing after the other: its last one must be about the last of them.
    /// One that was refused does not hold up those after it.
    /// </summary>
    /// <param name="debts">The oldest first.</param>
    public static IEnumerable<PresenceEffect.Send> DueNow(IEnumerable<Debt> debts, DateTimeOffset now)
    {
        var waiting = new HashSet<string>();
        foreach (var debt in debts)
        {
            if (waiting.Contains(debt.Destination)) continue;
            if (debt.Delivery.RefusedSince is null) waiting.Add(debt.Destination);
            if (!(debt.Delivery.RetryAt > now)) yield return new(debt.Destination, debt.Compose());
        }
    }

    /// <summary>When the first of them is tried next. What is on its way is tried again in a minute: it may get lost.</summary>
    public static DateTimeOffset? NextTry(IEnumerable<Debt> debts, DateTimeOffset now) =>
        debts.Select(debt => debt.Delivery.RetryAt > now ? debt.Delivery.RetryAt : now + Retries.First).Min();
}

/// <summary>Which of the notifications that are owed and due go out with a decision.</summary>
/// <param name="Repeats">Also <c>device.still_offline</c>, which wants a look at the thing first.</param>
/// <param name="Verification">What that look found; the repeats say so.</param>
/// <param name="Destination">Null: to all.</param>
internal sealed record DueSends(bool Repeats = false, Verification? Verification = null, string? Destination = null)
{
    public static DueSends All { get; } = new();

    public static DueSends WithRepeats { get; } = new(Repeats: true);
}
