namespace IoTOrleans.Grains.Presence;

/// <summary>
/// Some destinations (Alertmanager) forget what they are not told again. While an outage runs they hear of it at every look at the
/// thing; nothing of that is stored, so that it costs no write of state (docs/decisions/0008-alertmanager-keep-alive.md).
/// </summary>
internal static class KeepAliveRules
{
    /// <summary>At a tick: once for each time at which it is due, though the timer and the reminder both tick.</summary>
    public static PresenceDecision Add(PresenceDecision decision, RuleContext context, DateTimeOffset now)
    {
        var state = decision.State;
        if (state.Outage is not { } outage || Times(outage, context, now) is not { } times) return decision;
        if (times.Last <= outage.Telling || times.Last <= state.Memory.KeptAliveAt) return decision;
        if (Due(state, context, now) is not { Count: > 0 } sends) return decision;
        return decision with
        {
            State = state with { Memory = state.Memory with { KeptAliveAt = now } },
            Effects = [.. decision.Effects, .. sends],
        };
    }

    /// <summary>Not while a reconnect may or may not hold: what was said last stands until it does.</summary>
    public static IReadOnlyList<PresenceEffect> Due(DeviceState state, RuleContext context, DateTimeOffset now)
    {
        if (state.Outage is not { Telling: not null, BackAt: null } outage) return [];
        return
        [
            .. from pair in outage.Deliveries
               where Wants(pair.Key, pair.Value, context)
               let again = TellingRules.Compose(state, outage, NotificationEvent.DeviceOffline, 0, context, now)
               select new PresenceEffect.Send(pair.Key, again, KeepAlive: true),
        ];
    }

    public static DateTimeOffset? Next(Outage outage, RuleContext context, DateTimeOffset now) => Times(outage, context, now)?.Next;

    /// <summary>On fixed times since the deadline: if they moved along with every glance, every glance would cost a write.</summary>
    private static (DateTimeOffset Last, DateTimeOffset Next)? Times(Outage outage, RuleContext context, DateTimeOffset now)
    {
        if (outage.Telling is not { } told) return null;
        var often = outage.Deliveries.Where(pair => Wants(pair.Key, pair.Value, context))
            .Select(pair => context.TermsOf(pair.Key).KeepAlive).DefaultIfEmpty(TimeSpan.Zero).Min();
        if (often == TimeSpan.Zero) return null;

        // A thousand things that were told of at one moment do not all come at one moment ever after.
        var anchor = PresenceRules.ToMilliseconds(told - often + (often * TellingRules.Jitter(outage.Id, 0)));
        var last = anchor + (often * Math.Floor((now - anchor) / often));
        return (last, last + often);
    }

    /// <summary>One that was told by an incident has no alert of its own that could be kept alive.</summary>
    private static bool Wants(string destination, Delivery delivery, RuleContext context) =>
        delivery is { Offline: true, GivenUp: false, Incident: null } && context.TermsOf(destination).KeepAlive > TimeSpan.Zero;
}
