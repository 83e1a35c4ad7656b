using static IoTOrleans.Grains.Presence.PresenceDecision;

namespace IoTOrleans.Grains.Presence;

/// <summary>
/// A thing that comes and goes within its grace never causes an outage notification. It causes one as flapping and one as steady,
/// independently of its outages.
/// </summary>
internal static class FlappingRules
{
    internal const int DropsToTell = 6;
    internal static readonly TimeSpan Within = TimeSpan.FromMinutes(30);
    internal static readonly TimeSpan Calm = TimeSpan.FromHours(1);

    /// <summary>A destination that is down for weeks must not make the state grow without end.</summary>
    internal const int MostOwing = 4;

    /// <summary>An outage is over that nobody was notified of.</summary>
    public static DeviceState CountDrop(DeviceState state, Outage outage, DateTimeOffset backAt)
    {
        if (outage.Ours) return state;
        if (outage.Muted || backAt >= outage.GraceEndsAt) return WithoutDrops(state);
        if (Running(state) is { } flapping) return Replace(state, flapping, flapping with { Drops = flapping.Drops + 1 });

        var earliest = (backAt - Within).ToUnixTimeSeconds();
        IEnumerable<long> drops = [.. state.Unrest?.Drops ?? [], outage.Since.ToUnixTimeSeconds()];
        return state with
        {
            Unrest = (state.Unrest ?? new()) with { Drops = [.. drops.Where(drop => drop >= earliest).TakeLast(DropsToTell)] },
        };
    }

    /// <summary>After each decision: flapping begins, ends, or is no longer muted.</summary>
    public static PresenceDecision Follow(
        DeviceState before, PresenceDecision decision, RuleContext context, DateTimeOffset now)
    {
        var state = decision.State;
        var ended = Ended(before, state, now);
        if (ended is not null)
            state = History.Add(Replace(state, Running(state)!, ended), PresenceReason.FlappingEnded, ended.CalmSince!.Value + Calm);

        var forgotten = new List<PresenceEffect>();
        if (state.Outage is { } outage && outage.Phase != OutagePhase.Grace) state = WithoutDrops(state);
        else if (state.Unrest?.Drops.Count >= DropsToTell) state = Begin(state, context, now, forgotten);

        if (Running(state) is { Telling: null } muted && !context.TellsNobody) state = Replace(state, muted, Told(muted, context, now));
        state = WithoutDebtsPaid(state, context);

        if (!ReferenceEquals(state, decision.State))
            decision = decision with
            {
                State = state,
                Reason = decision.Persist || ended is null ? decision.Reason : PresenceReason.FlappingEnded,
                Persist = true,
            };
        return forgotten.Count == 0 ? decision : decision with { Effects = [.. decision.Effects, .. forgotten] };
    }

    /// <summary>While it is away, its outage has deadlines of its own; the calm hour counts from its return.</summary>
    public static DateTimeOffset? NextLook(DeviceState state, RuleContext context, DateTimeOffset now)
    {
        if (state.Flapping.Count == 0) return null;
        var calm = Running(state) is not null && state.Connected == true ? state.Since + Calm : null;
        var owed = Debt.NextTry(Debts(state, context, now), now);
        return owed < calm || calm is null ? owed : calm;
    }

    /// <summary>All that is owed, whether it may be sent now or not.</summary>
    public static IEnumerable<Debt> Debts(DeviceState state, RuleContext context, DateTimeOffset now) =>
        from flapping in state.Flapping
        from pair in flapping.Deliveries
        let owed = Owed(flapping, pair.Key, pair.Value, context)
        where owed is not null
        select new Debt(
            pair.Key, owed.Value, IdOf(flapping, context), pair.Value, () => Compose(state, flapping, owed.Value, context, now));

    public static IEnumerable<PresenceEffect.Send> DueNow(DeviceState state, RuleContext context, DateTimeOffset now) =>
        state.Flapping.Count == 0 ? [] : Debt.DueNow(Debts(state, context, now), now);

    public static Flapping? Find(DeviceState state, string id, RuleContext context) =>
        state.Flapping.FirstOrDefault(flapping => IdOf(flapping, context) == id);

    public static PresenceDecision Answered(
        DeviceState state, Flapping flapping, PresenceInput.Answered answer, RuleContext context, DateTimeOffset now)
    {
        var delivery = flapping.Deliveries.GetValueOrDefault(answer.Destination);
        if (delivery is null || !Awaits(delivery, answer.Event)) return Nothing(state, PresenceReason.DeliveryOfNothingOwed);

        switch (answer.Answer.Outcome)
        {
            case DeliveryOutcome.Accepted:
                var first = flapping.Deliveries.Values.All(d => Awaits(d, answer.Event) || !d.Offline);
                delivery = delivery with
                {
                    Offline = true,
                    Recovered = answer.Event == NotificationEvent.DeviceSteady,
                    Failures = 0,
                    RetryAt = null,
                    RefusedSince = null,
                };
                state = Replace(state, flapping, With(flapping, answer.Destination, delivery));
                state = History.Heard(
                    state, PresenceReason.Delivered, answer.Event, answer.Destination, now, SaidBy(flapping, answer.Event));
                return new(state with { Sent = first ? state.Sent + 1 : state.Sent }, true, [], PresenceReason.Delivered);

            case DeliveryOutcome.Refused:
                delivery = Retries.AfterRefusal(delivery, answer.OutageId, answer.Answer, now);
                return DeliveryAnswers.Refused(
                    Replace(state, flapping, With(flapping, answer.Destination, delivery)), delivery, answer, now);

            default:
                delivery = Retries.AfterFailure(delivery, answer.OutageId, answer.Answer, now);
                return DeliveryAnswers.Failed(Replace(state, flapping, With(flapping, answer.Destination, delivery)));
        }
    }

    /// <summary>The entry in the thing's history with which the notification went out.</summary>
    private static RingEntry? SaidBy(Flapping flapping, NotificationEvent word) => word == NotificationEvent.DeviceFlapping
        ? new(flapping.Telling!.Value.ToUnixTimeSeconds(), PresenceReason.FlappingBegan)
        : flapping.CalmSince is { } calm ? new((calm + Calm).ToUnixTimeSeconds(), PresenceReason.FlappingEnded) : null;

    /// <summary>Flapping that ended more than an hour ago is not notified.</summary>
    private static DeviceState Begin(DeviceState state, RuleContext context, DateTimeOffset now, List<PresenceEffect> forgotten)
    {
        var drops = state.Unrest!.Drops;
        state = WithoutDrops(state);
        if (!context.Policy.NotifyFlapping || (state.Connected == true && state.Since + Calm <= now)) return state;

        if (state.Flapping.Count >= MostOwing)
        {
            var oldest = state.Flapping[0];
            forgotten.AddRange(oldest.Deliveries.Where(pair => Owed(oldest, pair.Key, pair.Value, context) is not null)
                .Select(pair => new PresenceEffect.WarnGivenUp(pair.Key, IdOf(oldest, context), $"it has flapped {MostOwing} "
                    + "times more since then")));
        }

        var flapping = new Flapping { Since = DateTimeOffset.FromUnixTimeSeconds(drops[0]), Drops = drops.Count };
        state = state with
        {
            Flapping = [.. state.Flapping.TakeLast(MostOwing - 1), context.TellsNobody ? flapping : Told(flapping, context, now)],
        };
        return History.Add(state, PresenceReason.FlappingBegan, now);
    }

    /// <summary>It was connected for an hour, until now or until it dropped again.</summary>
    private static Flapping? Ended(DeviceState before, DeviceState after, DateTimeOffset now)
    {
        if (before is not { Connected: true, Since: { } since } || Running(after) is not { } running) return null;
        var until = after.Since == since ? now : after.Since;
        return until >= since + Calm ? running with { CalmSince = since } : null;
    }

    private static Flapping Told(Flapping flapping, RuleContext context, DateTimeOffset now) =>
        flapping with { Telling = now, Deliveries = Outages.NewDeliveries(context) };

    private static Flapping? Running(DeviceState state) => state.Flapping is [.., { CalmSince: null } last] ? last : null;

    private static DeviceState WithoutDrops(DeviceState state) =>
        state.Unrest is { Drops.Count: > 0 } unrest ? state with { Unrest = unrest with { Drops = [] } } : state;

    private static DeviceState WithoutDebtsPaid(DeviceState state, RuleContext context)
    {
        return state.Flapping.All(Stays) ? state : state with { Flapping = [.. state.Flapping.Where(Stays)] };

        bool Stays(Flapping flapping) => context.Policy.NotifyFlapping
            && (flapping.CalmSince is null || flapping.Deliveries.Any(pair => Owed(flapping, pair.Key, pair.Value, context) is not null));
    }

    private static NotificationEvent? Owed(Flapping flapping, string destination, Delivery delivery, RuleContext context)
    {
        if (delivery.GivenUp) return null;
        if (!delivery.Offline) return NotificationEvent.DeviceFlapping;
        return flapping.CalmSince is null || delivery.Recovered || !HearsOfTheEnd(destination, context)
            ? null
            : NotificationEvent.DeviceSteady;
    }

    /// <summary>Without NotifyRecovery or SendResolved, <c>device.steady</c> is not sent either.</summary>
    private static bool HearsOfTheEnd(string destination, RuleContext context) =>
        context.Policy.NotifyRecovery && context.TermsOf(destination).SendResolved;

    private static bool Awaits(Delivery delivery, NotificationEvent notificationEvent) => notificationEvent switch
    {
        NotificationEvent.DeviceFlapping => !delivery.Offline,
        NotificationEvent.DeviceSteady => delivery is { Offline: true, Recovered: false },
        _ => false,
    };

    private static DeviceState Replace(DeviceState state, Flapping old, Flapping flapping) =>
        state with { Flapping = [.. state.Flapping.Select(one => ReferenceEquals(one, old) ? flapping : one)] };

    private static Flapping With(Flapping flapping, string destination, Delivery delivery) =>
        flapping with { Deliveries = flapping.Deliveries.With(destination, delivery) };

    /// <summary>Thing names have no line breaks, so no outage has this id.</summary>
    internal static string IdOf(Flapping flapping, RuleContext context) =>
        Outages.IdOf($"{context.ThingName}\nflapping", flapping.Since);

    private static Notification Compose(
        DeviceState state, Flapping flapping, NotificationEvent notificationEvent, RuleContext context, DateTimeOffset now) => new()
        {
            Event = notificationEvent,
            ThingName = context.ThingName,
            OutageId = IdOf(flapping, context),
            Since = flapping.Since,
            DetectedAt = flapping.Telling!.Value,
            RecoveredAt = flapping.CalmSince,
            Duration = (flapping.CalmSince ?? now) - flapping.Since,
            Grace = context.Policy.Grace,
            Attributes = state.Attributes,
            PolicyMatch = context.Source,
            Drops = flapping.Drops,
        };
}
