namespace IoTOrleans.Grains.Presence;

/// <summary>
/// Some destinations (Alertmanager) forget an alert that is not repeated. While an outage runs, they are notified again at each look at the
/// thing. This is not stored, so it costs no write (docs/decisions/0008-alertmanager-keep-alive.md).
/// </summary>
internal static class KeepAliveRules
{
    /// <summary>At a tick. Once for each time at which it is due, though the timer and the reminder both tick.</summary>
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

    /// <summary>Not during a recovery hold.</summary>
    public static IReadOnlyList<PresenceEffect.Send> Due(DeviceState state, RuleContext context, DateTimeOffset now)
    {
        if (state.Outage is not { Phase: OutagePhase.Told } outage) return [];
        return
        [
            .. from pair in outage.Deliveries
               where Wants(pair.Key, pair.Value, context)
               let again = DeliveryRules.Compose(state, outage, outage.FirstWord, 0, context, now)
               select new PresenceEffect.Send(pair.Key, again, KeepAlive: true),
        ];
    }

    public static DateTimeOffset? Next(Outage outage, RuleContext context, DateTimeOffset now) => Times(outage, context, now)?.Next;

    /// <summary>At fixed times since the deadline: if they moved with every look, every look would cost a write.</summary>
    private static (DateTimeOffset Last, DateTimeOffset Next)? Times(Outage outage, RuleContext context, DateTimeOffset now)
    {
        if (outage.Telling is not { } told) return null;
        var often = outage.Deliveries.Where(pair => Wants(pair.Key, pair.Value, context))
            .Select(pair => context.TermsOf(pair.Key).KeepAlive).DefaultIfEmpty(TimeSpan.Zero).Min();
        if (often == TimeSpan.Zero) return null;

        // A thousand things that were notified at one moment must not all come at one moment ever after.
        var anchor = ToMilliseconds(told - often + (often * Retries.Jitter(outage.Id, 0)));
        var last = anchor + (often * Math.Floor((now - anchor) / often));
        return (last, last + often);
    }

    /// <summary>A thing that was notified in an incident has no alert of its own to keep alive.</summary>
    private static bool Wants(string destination, Delivery delivery, RuleContext context) =>
        delivery is { Offline: true, GivenUp: false, Incident: null } && context.TermsOf(destination).KeepAlive > TimeSpan.Zero;
}
