namespace IoTOrleans.Grains.Presence;

/// <summary>
/// A thing is removed. Destinations that were notified of its outage, or may have been, are owed one more notification, since nothing else
/// would end their alert. Until they accept it, this is all that is left of the thing.
/// </summary>
internal static class RemovalRules
{
    public static PresenceDecision Forget(DeviceState state, RuleContext context, DateTimeOffset now)
    {
        List<Outage> owing =
            [.. state.Owing.Select(over => over with { RemovedAt = over.RemovedAt ?? now, Deliveries = Heard(over.Deliveries) })];
        if (state.Outage is { OwesItsEnd: true } running)
            owing.Add(running with { BackAt = null, HoldEndsAt = null, RemovedAt = now, Deliveries = MayHaveHeard(running.Deliveries) });
        owing.AddRange(state.Flapping.Where(flapping => flapping.Telling is not null).Select(flapping => OutageOf(flapping, context, now)));

        var left = new DeviceState
        {
            Owing =
            [
                .. owing.Where(outage => context.Policy.NotifyRecovery && DeliveryRules.OwesAnything(outage, over: true, context))
                    .TakeLast(Recovery.MostOwing),
            ],
            Attributes = state.Attributes,
        };
        return new PresenceDecision(left, true, [], PresenceReason.Forgotten).Sending();
    }

    /// <summary>No event has come since it was removed: over HTTP it does not exist.</summary>
    public static bool IsForgotten(DeviceState state) =>
        state is { Connected: null, Outage: null, Override: null, ExpectedSince: null, Marks.Count: 0, Flapping.Count: 0 }
            && state.Owing.Any(outage => outage.RemovedAt is not null);

    /// <summary>Nothing is owed any more, so nothing is left to store.</summary>
    public static bool IsGone(PresenceDecision decision) => decision is
    {
        Persist: true,
        State: { Connected: null, Outage: null, Override: null, ExpectedSince: null, Marks.Count: 0, Flapping.Count: 0, Owing.Count: 0 },
    };

    /// <summary>A notification that is on its way may still arrive: its destination must get the end as well.</summary>
    private static Dictionary<string, Delivery> MayHaveHeard(IReadOnlyDictionary<string, Delivery> deliveries) =>
        deliveries.Where(pair => pair.Value is { GivenUp: false, Recovered: false })
            .ToDictionary(pair => pair.Key, pair => pair.Value with { RetryAt = null });

    private static Dictionary<string, Delivery> Heard(IReadOnlyDictionary<string, Delivery> deliveries) =>
        MayHaveHeard(deliveries).Where(pair => pair.Value.Offline).ToDictionary();

    /// <summary>A time of flapping has an alert, too.</summary>
    private static Outage OutageOf(Flapping flapping, RuleContext context, DateTimeOffset now) => new()
    {
        Id = FlappingRules.IdOf(flapping, context),
        Since = flapping.Since,
        GraceEndsAt = flapping.Since,
        GraceSeconds = context.Policy.Grace.TotalSeconds,
        Telling = flapping.Telling,
        RemovedAt = now,
        Deliveries = MayHaveHeard(flapping.Deliveries),
    };
}
