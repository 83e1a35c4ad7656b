namespace IoTOrleans.Grains.Presence;

/// <summary>
/// Which notification each destination is owed. Kept per destination, so that one that is down neither delays nor repeats anything for the
/// others. A destination is notified of a recovery only if it accepted the outage.
/// </summary>
internal static class DeliveryRules
{
    /// <summary>
    /// The destination may accept now what it did not accept before: all that it is owed is due, except for what it refuses and for what
    /// has failed again and again for a reason of its own. This is not stored, so the stored times of the next try stay as they are.
    /// </summary>
    public static DeviceState AnswersAgain(DeviceState state, string? destination)
    {
        if (destination is null) return state;
        if (state.Outage is { } outage && Waits(outage.Deliveries, destination))
            state = state with { Outage = outage with { Deliveries = Due(outage.Deliveries, destination) } };
        if (state.Owing.Any(owing => Waits(owing.Deliveries, destination)))
            state = state with { Owing = [.. state.Owing.Select(owing => owing with { Deliveries = Due(owing.Deliveries, destination) })] };
        if (state.Flapping.Any(flapping => Waits(flapping.Deliveries, destination)))
            state = state with
            {
                Flapping = [.. state.Flapping.Select(flapping => flapping with { Deliveries = Due(flapping.Deliveries, destination) })],
            };
        return state;
    }

    /// <summary>Something failed there that is tried again as soon as the destination answers.</summary>
    public static bool WaitsFor(DeviceState state, string destination) => !ReferenceEquals(state, AnswersAgain(state, destination));

    private static bool Waits(IReadOnlyDictionary<string, Delivery> deliveries, string destination) =>
        deliveries.GetValueOrDefault(destination) is { RetryAt: not null, RefusedSince: null, Failures: < Retries.FailuresOfItsOwn };

    private static IReadOnlyDictionary<string, Delivery> Due(IReadOnlyDictionary<string, Delivery> deliveries, string destination) =>
        Waits(deliveries, destination)
            ? deliveries.With(destination, deliveries[destination] with { RetryAt = null })
            : deliveries;

    /// <summary>The notifications that are owed and may be sent now.</summary>
    public static IEnumerable<PresenceEffect.Send> DueNow(DeviceState state, RuleContext context, DateTimeOffset now, DueSends which) =>
        Debt.DueNow(Debts(state, context, now, which), now).Where(send => (which.Destination ?? send.Destination) == send.Destination);

    /// <summary>When something owed is to be tried next.</summary>
    public static DateTimeOffset? NextTry(DeviceState state, RuleContext context, DateTimeOffset now) =>
        state is { Outage: null, Owing.Count: 0 } ? null
            : Debt.NextTry(Debts(state, context, now, DueSends.WithRepeats), now);

    /// <summary>All that is owed, whether it may be sent now or not.</summary>
    public static IEnumerable<Debt> Debts(DeviceState state, RuleContext context, DateTimeOffset now, DueSends which) =>
        from told in Told(state)
        from pair in told.Outage.Deliveries
        let owed = Owed(told.Outage, pair.Key, told.Over, context, repeatsAt: which.Repeats ? now : null)
        where owed is not null
        select new Debt(pair.Key, owed.Value.Event, told.Outage.Id, pair.Value, () =>
        {
            var notification = Compose(state, told.Outage, owed.Value.Event, owed.Value.Sequence, context, now);
            return notification with
            {
                IncidentId = pair.Value.Incident,
                Verification = owed.Value.Event == NotificationEvent.DeviceStillOffline && which.Verification is { } latest
                    ? latest : notification.Verification,
            };
        });

    public static bool OwesAnything(Outage outage, bool over, RuleContext context) =>
        outage.Deliveries.Keys.Any(destination => Owed(outage, destination, over, context, repeatsAt: null) is not null);

    /// <summary>When <c>device.still_offline</c> falls due next; null: never.</summary>
    public static DateTimeOffset? NextRepeat(Outage outage, RuleContext context, DateTimeOffset now) =>
        outage.Deliveries.Values.Where(d => !d.GivenUp && d.Offline).Select(d => RepeatDue(outage, d, context)).Where(due => due > now)
            .Min();

    /// <summary>Whether a repeat is due that some destination has not accepted.</summary>
    public static bool RepeatIsDue(Outage outage, RuleContext context, DateTimeOffset now) =>
        outage.Deliveries.Values.Any(d => !d.GivenUp && d.Offline && RepeatDue(outage, d, context) <= now && !(d.RetryAt > now));

    private static DateTimeOffset? RepeatDue(Outage outage, Delivery delivery, RuleContext context) =>
        context.Policy.RepeatInterval <= TimeSpan.Zero || context.TellsNobody || outage.NeverSeen
            ? null
            : (delivery.RepeatedAt ?? outage.NotifiedAt) + context.Policy.RepeatInterval;

    /// <summary>The one notification that a destination is owed next; none during a recovery hold.</summary>
    /// <param name="repeatsAt">Repeats that are due at this time count as well; null: they do not.</param>
    private static (NotificationEvent Event, int Sequence)? Owed(
        Outage outage, string destination, bool over, RuleContext context, DateTimeOffset? repeatsAt)
    {
        var delivery = outage.Deliveries[destination];
        if (delivery.GivenUp || (!over && !outage.IsAway)) return null;
        if (!delivery.Offline && outage.RemovedAt is null) return (outage.FirstWord, 0);
        if (over)
        {
            // Whether a removal is notified was decided when the thing was removed, together with its policy.
            var wantsToHear = (context.Policy.NotifyRecovery || outage.RemovedAt is not null) && context.TermsOf(destination).SendResolved;
            var end = outage is { RemovedAt: not null, BackAt: null } ? NotificationEvent.DeviceRemoved : NotificationEvent.DeviceRecovered;
            return delivery.Recovered || !wantsToHear ? null : (end, 0);
        }

        return RepeatDue(outage, delivery, context) <= repeatsAt ? (NotificationEvent.DeviceStillOffline, delivery.StillOffline + 1) : null;
    }

    /// <summary>The last moment up to now at which a repeat was due. Missed repeats are not sent later.</summary>
    public static DateTimeOffset LastRepeat(Outage outage, Delivery delivery, RuleContext context, DateTimeOffset now)
    {
        if (RepeatDue(outage, delivery, context) is not { } due || due > now) return now;
        return due + (Math.Floor((now - due) / context.Policy.RepeatInterval) * context.Policy.RepeatInterval);
    }

    private static IEnumerable<(Outage Outage, bool Over)> Told(DeviceState state)
    {
        foreach (var outage in state.Owing) yield return (outage, true);
        if (state.Outage is { OwesItsEnd: true } running) yield return (running, false);
    }

    internal static Notification Compose(
        DeviceState state, Outage outage, NotificationEvent notificationEvent, int sequence, RuleContext context,
        DateTimeOffset now) => new()
        {
            Event = notificationEvent,
            ThingName = context.ThingName,
            OutageId = outage.Id,
            Sequence = sequence,
            Since = outage.Since,
            DetectedAt = outage.Telling!.Value,
            RecoveredAt = outage.BackAt,
            Duration = (outage.BackAt ?? outage.RemovedAt ?? now) - outage.Since,
            Grace = TimeSpan.FromSeconds(outage.GraceSeconds),
            DisconnectReason = outage.DisconnectReason,
            Verification = outage.Verification,
            Attributes = state.Attributes,
            ShortReturns = outage.ShortReturns,
            RecoveryHold = outage is { BackAt: { } back, HoldEndsAt: { } held } && held > back ? held - back : TimeSpan.Zero,
            NotifiedAt = outage.NotifiedAt,
            Durations = state.Durations,
            PolicyMatch = context.Source,
            FoundAtStart = outage.Ours,
            ReturnIsTold = context.Policy.NotifyRecovery,
            LastHeard = outage.LastHeard,
            NeverSeen = outage.NeverSeen,
            Refused = outage.ConnectFailures,
            DueAt = notificationEvent switch
            {
                NotificationEvent.DeviceOffline or NotificationEvent.DeviceNeverSeen => outage.GraceEndsAt,
                NotificationEvent.DeviceRecovered => outage.HoldEndsAt,
                _ => null,
            },
        };
}
