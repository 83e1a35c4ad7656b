using static IoTOrleans.Grains.Presence.PresenceDecision;

namespace IoTOrleans.Grains.Presence;

/// <summary>The grace of an outage is over, or somebody has looked again: the outage is notified, muted, or goes on.</summary>
internal static class Verdicts
{
    /// <param name="ask">Asked once more if the verdict is deferred.</param>
    public static PresenceDecision Decide(
        DeviceState state, Outage grace, Verification verification, RuleContext context, DateTimeOffset now, PresenceEffect? ask = null)
    {
        if (context.TellsNobody) return Mute(state, grace, context, now);

        // A broker that could not accept connections knows nothing: its "disconnected" confirms nothing.
        var certain = verification == Verification.Confirmed && state.Source != EventSource.Broker;
        var deferred = certain ? null : DeferralRules.Defer(state, grace, context, now, ask);
        return deferred ?? Tell(state, grace, verification, context, now);
    }

    public static PresenceDecision Mute(DeviceState state, Outage grace, RuleContext context, DateTimeOffset now)
    {
        var muted = state with { Outage = grace with { Muted = true }, Memory = state.Memory.Looked(context, now) };
        return Store(muted, PresenceReason.MutedAtDeadline, now);
    }

    /// <summary>An offline thing is still offline.</summary>
    public static PresenceDecision StillOffline(DeviceState state, Verification verification, RuleContext context, DateTimeOffset now) =>
        Remember(state with { Memory = state.Memory.Looked(context, now) }, PresenceReason.StillDisconnected)
            .Sending(repeats: true, verification);

    public static PresenceReason ReasonToTell(Outage outage) => outage switch
    {
        { NeverSeen: true } => PresenceReason.ToldNeverSeen,
        { Verification: Verification.Confirmed } => PresenceReason.ToldConfirmed,
        { Verification: Verification.Unanswered } => PresenceReason.ToldUnanswered,
        _ => PresenceReason.ToldUnverified,
    };

    /// <summary>First the mark that the outage is notified, then the notifications.</summary>
    private static PresenceDecision Tell(
        DeviceState state, Outage outage, Verification verification, RuleContext context, DateTimeOffset now)
    {
        var told = outage with
        {
            Telling = now,
            Muted = false,
            Verification = verification,
            Deliveries = Outages.NewDeliveries(context),
        };
        state = state with { Outage = told, Owing = TriedAnew(state.Owing), Memory = state.Memory.Looked(context, now) };
        return Store(state, ReasonToTell(told), now).Sending();
    }

    /// <summary>News waits behind what could not be delivered before: that is worth another try.</summary>
    private static IReadOnlyList<Outage> TriedAnew(IReadOnlyList<Outage> owing) => owing.Count == 0 ? owing :
    [
        .. owing.Select(outage => outage with
        {
            Deliveries = outage.Deliveries.ToDictionary(pair => pair.Key, pair => pair.Value with { RetryAt = null }),
        }),
    ];
}
