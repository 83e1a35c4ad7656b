namespace IoTOrleans.Grains.Presence;

/// <summary>
/// A thing is forgotten. Whoever was told of it, or may have been, is owed one word more, since nothing else would ever end their alert:
/// until they have it, that debt is all that is left of the thing.
/// </summary>
internal static class RemovalRules
{
    public static PresenceDecision Forget(DeviceState state, RuleContext context, DateTimeOffset now)
    {
        List<Outage> owing =
            [.. state.Owing.Select(over => over with { RemovedAt = over.RemovedAt ?? now, Deliveries = Heard(over.Deliveries) })];
        if (state.Outage is { Telling: not null } running)
            owing.Add(running with { BackAt = null, HoldEndsAt = null, RemovedAt = now, Deliveries = MayHaveHeard(running.Deliveries) });
        owing.AddRange(state.Flapping.Where(flapping => flapping.Telling is not null).Select(flapping => OutageOf(flapping, context, now)));

        var left = new DeviceState
        {
            Owing =
            [
                .. owing.Where(outage => context.Policy.NotifyRecovery && TellingRules.OwesAnything(outage, over: true, context))
                    .TakeLast(Recovery.MostOwing),
            ],
            Attributes = state.Attributes,
        };
        return new(left, true, TellingRules.DueNow(left, context, now), PresenceReason.Forgotten);
    }

    /// <summary>Nothing has been heard of it since it was forgotten: to everybody else it is a stranger.</summary>
    public static bool IsForgotten(DeviceState state) =>
        state is { Connected: null, Outage: null, Override: null, Marks.Count: 0, Flapping.Count: 0 }
            && state.Owing.Any(outage => outage.RemovedAt is not null);

    /// <summary>The last debt is paid, and there is nothing to be stored any more.</summary>
    public static bool IsGone(PresenceDecision decision) => decision is
    {
        Persist: true,
        State: { Connected: null, Outage: null, Override: null, Marks.Count: 0, Flapping.Count: 0, Owing.Count: 0 },
    };

    /// <summary>What is under way may arrive: who will hear that it is offline has to hear this as well.</summary>
    private static Dictionary<string, Delivery> MayHaveHeard(IReadOnlyDictionary<string, Delivery> deliveries) =>
        deliveries.Where(pair => pair.Value is { GivenUp: false, Recovered: false })
            .ToDictionary(pair => pair.Key, pair => pair.Value with { RetryAt = null });

    private static Dictionary<string, Delivery> Heard(IReadOnlyDictionary<string, Delivery> deliveries) =>
        MayHaveHeard(deliveries).Where(pair => pair.Value.Offline).ToDictionary();

    /// <summary>A time of flapping has an alert like any other.</summary>
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
