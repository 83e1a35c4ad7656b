namespace IoTOrleans.Grains.Presence;

/// <param name="State">What holds from now on.</param>
/// <param name="Persist">It has to be stored before anything else happens; else only this activation needs to know.</param>
/// <param name="Effects">What to ask and to send once it is stored, in this order.</param>
internal sealed record PresenceDecision(
    DeviceState State, bool Persist, IReadOnlyList<PresenceEffect> Effects, PresenceReason Reason)
{
    public static PresenceDecision Nothing(DeviceState state, PresenceReason reason) => new(state, false, [], reason);

    /// <summary>Only this activation needs to know: asking twice does no harm.</summary>
    public static PresenceDecision Remember(DeviceState state, PresenceReason reason, params IReadOnlyList<PresenceEffect> effects) =>
        new(state, false, effects, reason);

    /// <summary>Store, and write down in the thing's history what happened at that time.</summary>
    public static PresenceDecision Store(
        DeviceState state, PresenceReason reason, DateTimeOffset at, params IReadOnlyList<PresenceEffect> effects) =>
        new(History.Add(state, reason, at), true, effects, reason);
}

/// <summary>What the world is asked to do; each of them may get lost, and the next tick asks again.</summary>
internal abstract record PresenceEffect
{
    private PresenceEffect()
    {
    }

    internal sealed record AskVerifier(string OutageId, EventSource Source) : PresenceEffect;

    /// <param name="KeepAlive">Said before and accepted; its answer changes nothing.</param>
    internal sealed record Send(string Destination, Notification Notification, bool KeepAlive = false) : PresenceEffect;

    /// <summary>The verifier's word keeps being older than the disconnect: somebody should look at what writes it.</summary>
    internal sealed record WarnVerifierStale : PresenceEffect;

    /// <summary>
    /// A connected client had to make room for another one: the thing has too many, or the ends of their sessions got lost.
    /// </summary>
    internal sealed record WarnClientForgotten(string Client) : PresenceEffect;

    /// <summary>A destination will not hear of this outage any more.</summary>
    internal sealed record WarnGivenUp(string Destination, string OutageId, string Why) : PresenceEffect;

    /// <summary>A destination that is not in the settings any more will not hear of this outage.</summary>
    internal sealed record Drop(string Destination) : PresenceEffect;
}
