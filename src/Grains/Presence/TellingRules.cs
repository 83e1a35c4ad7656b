using static IoTOrleans.Grains.Presence.PresenceDecision;

namespace IoTOrleans.Grains.Presence;

/// <summary>
/// Who is owed which word. Kept per destination, so that one that is down neither delays nor repeats anything for the others;
/// a destination hears of a recovery only if it has heard of the outage.
/// </summary>
internal static class TellingRules
{
    internal static readonly TimeSpan FirstRetry = TimeSpan.FromMinutes(1);
    internal static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(15);

    /// <summary>What failed this often while the destination took others' is its own matter: it waits longer and longer.</summary>
    internal const int FailuresOfItsOwn = 5;

    /// <summary>A refusal is a person's to mend (a permission, an address); it is tried this often …</summary>
    internal static readonly TimeSpan RefusedRetry = TimeSpan.FromHours(1);

    /// <summary>… and for this long.</summary>
    internal static readonly TimeSpan GiveUpAfter = TimeSpan.FromDays(1);

    /// <summary>
    /// What a destination is owed that is not in the settings is dropped at the second try, within the hour: until then another silo may
    /// have it in its settings already, or still, or a person may put it back.
    /// </summary>
    internal static readonly TimeSpan DropAfter = TimeSpan.FromMinutes(45);

    /// <summary>The grace is over and nothing speaks against it: mark it, then tell.</summary>
    public static PresenceDecision Tell(
        DeviceState state, Outage outage, Verification verification, RuleContext context, DateTimeOffset now)
    {
        var told = outage with
        {
            Telling = now,
            Muted = false,
            Verification = verification,
            Deliveries = context.Policy.Notify.Distinct().ToDictionary(name => name, _ => new Delivery()),
        };
        state = state with { Outage = told, Owing = TriedAnew(state.Owing), Memory = LookingRules.Looked(state.Memory, context, now) };
        return Store(state, ReasonToTell(verification), now, DueNow(state, context, now));
    }

    private static PresenceReason ReasonToTell(Verification verification) => verification switch
    {
        Verification.Confirmed => PresenceReason.ToldConfirmed,
        Verification.Unanswered => PresenceReason.ToldUnanswered,
        _ => PresenceReason.ToldUnverified,
    };

    /// <summary>News is waiting behind what could not be delivered before: it is worth another try.</summary>
    private static IReadOnlyList<Outage> TriedAnew(IReadOnlyList<Outage> owing) => owing.Count == 0 ? owing :
    [
        .. owing.Select(outage => outage with
        {
            Deliveries = outage.Deliveries.ToDictionary(pair => pair.Key, pair => pair.Value with { RetryAt = null }),
        }),
    ];

    /// <summary>
    /// The destination may take now what it did not take before: all that is owed to it is due. But not what it refuses, nor what has
    /// failed by itself, again and again. Nothing of this is stored: should it come to nothing, what is stored still says when it is tried
    /// again.
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

    /// <summary>Something failed there that is to be tried again as soon as it answers.</summary>
    public static bool WaitsFor(DeviceState state, string destination) => !ReferenceEquals(state, AnswersAgain(state, destination));

    private static bool Waits(IReadOnlyDictionary<string, Delivery> deliveries, string destination) =>
        deliveries.GetValueOrDefault(destination) is { RetryAt: not null, RefusedSince: null, Failures: < FailuresOfItsOwn };

    private static IReadOnlyDictionary<string, Delivery> Due(IReadOnlyDictionary<string, Delivery> deliveries, string destination) =>
        Waits(deliveries, destination) ? new Dictionary<string,
        Delivery>(deliveries) { [destination] = deliveries[destination] with { RetryAt = null } } : deliveries;

    /// <summary>A destination has answered.</summary>
    public static PresenceDecision Answered(
        DeviceState state, PresenceInput.Answered answer, RuleContext context, DateTimeOffset now)
    {
        if (FlappingRules.Find(state, answer.OutageId, context) is { } flapping)
            return FlappingRules.Answered(state, flapping, answer, context, now);
        var current = state.Outage?.Id == answer.OutageId;
        var outage = current ? state.Outage : state.Owing.FirstOrDefault(o => o.Id == answer.OutageId);
        var delivery = outage?.Deliveries.GetValueOrDefault(answer.Destination);
        if (outage is null || delivery is null || !Awaits(delivery, answer)) return Nothing(state, PresenceReason.DeliveryOfNothingOwed);

        return answer.Answer.Outcome switch
        {
            DeliveryOutcome.Accepted => Accepted(state, outage, delivery, answer, context, now),
            DeliveryOutcome.Refused => Refused(state, outage, delivery, answer, context, now),
            _ => Failed(state, outage, delivery, answer, context, now),
        };
    }

    /// <summary>Everything that is owed and may be sent now.</summary>
    /// <param name="repeats">Also <c>device.still_offline</c>, which wants a look at the thing first.</param>
    public static IReadOnlyList<PresenceEffect> DueNow(
        DeviceState state, RuleContext context, DateTimeOffset now, bool repeats = false, Verification? verification = null)
    {
        var sends = new List<PresenceEffect>();
        var waiting = new HashSet<string>();
        foreach (var (outage, over) in Told(state))
        {
            foreach (var (destination, delivery) in outage.Deliveries)
            {
                // Outages of a thing are told one after the other: the last word must be about the last of them. But for one that
                // was refused: what nobody wants to hear must not silence what comes after it.
                if (delivery.GivenUp || waiting.Contains(destination)) continue;
                if (Owed(outage, destination, over, context, repeatsAt: repeats ? now : null) is not var (owed, sequence)) continue;
                if (delivery.RefusedSince is null) waiting.Add(destination);
                if (delivery.RetryAt > now) continue;

                var notification = Compose(state, outage, owed, sequence, context, now) with { IncidentId = delivery.Incident };
                if (verification is { } latest && owed == NotificationEvent.DeviceStillOffline)
                    notification = notification with { Verification = latest };
                sends.Add(new PresenceEffect.Send(destination, notification));
            }
        }

        return sends;
    }

    /// <summary>When something owed is to be tried next.</summary>
    public static DateTimeOffset? NextTry(DeviceState state, RuleContext context, DateTimeOffset now) =>
        Debts(state, context, now).Select(debt => (DateTimeOffset?)debt.NextTry(now)).Min();

    /// <summary>All that is owed, whether it may be sent now or not.</summary>
    public static IEnumerable<Debt> Debts(DeviceState state, RuleContext context, DateTimeOffset now)
    {
        foreach (var (outage, over) in Told(state))
        {
            foreach (var (destination, delivery) in outage.Deliveries)
            {
                if (!delivery.GivenUp && Owed(outage, destination, over, context, repeatsAt: now) is var (owed, _))
                    yield return new(destination, owed, outage.Id, delivery);
            }
        }
    }

    public static bool OwesAnything(Outage outage, bool over, RuleContext context) =>
        outage.Deliveries.Any(pair => !pair.Value.GivenUp && Owed(outage, pair.Key, over, context, repeatsAt: null) is not null);

    /// <summary>When <c>device.still_offline</c> falls due next; null: never.</summary>
    public static DateTimeOffset? NextRepeat(Outage outage, RuleContext context, DateTimeOffset now) =>
        outage.Deliveries.Values.Where(d => !d.GivenUp && d.Offline).Select(d => RepeatDue(outage, d, context)).Where(due => due > now)
            .Min();

    /// <summary>Whether a repeat is due that some destination has not accepted.</summary>
    public static bool RepeatIsDue(Outage outage, RuleContext context, DateTimeOffset now) =>
        outage.Deliveries.Values.Any(d => !d.GivenUp && d.Offline && RepeatDue(outage, d, context) <= now && !(d.RetryAt > now));

    private static DateTimeOffset? RepeatDue(Outage outage, Delivery delivery, RuleContext context) =>
        context.Policy.RepeatInterval <= TimeSpan.Zero || context.TellsNobody
            ? null
            : (delivery.RepeatedAt ?? outage.NotifiedAt) + context.Policy.RepeatInterval;

    /// <summary>The one word that a destination is owed next; nothing while a reconnect may or may not hold.</summary>
    /// <param name="repeatsAt">Repeats that are due at this time count, too; null: they do not.</param>
    private static (NotificationEvent Event, int Sequence)? Owed(
        Outage outage, string destination, bool over, RuleContext context, DateTimeOffset? repeatsAt)
    {
        var delivery = outage.Deliveries[destination];
        if (!over && outage.BackAt is not null) return null;
        if (!delivery.Offline && outage.RemovedAt is null) return (NotificationEvent.DeviceOffline, 0);
        if (over)
        {
            // Whether a removal is told was decided when the thing was forgotten, and its policy with it.
            var wantsToHear = (context.Policy.NotifyRecovery || outage.RemovedAt is not null) && context.TermsOf(destination).SendResolved;
            var end = outage is { RemovedAt: not null, BackAt: null } ? NotificationEvent.DeviceRemoved : NotificationEvent.DeviceRecovered;
            return delivery.Recovered || !wantsToHear ? null : (end, 0);
        }

        return RepeatDue(outage, delivery, context) <= repeatsAt ? (NotificationEvent.DeviceStillOffline, delivery.StillOffline + 1) : null;
    }

    private static bool Awaits(Delivery delivery, PresenceInput.Answered answer) => answer.Event switch
    {
        NotificationEvent.DeviceOffline => !delivery.Offline,
        NotificationEvent.DeviceRecovered => delivery.Offline && !delivery.Recovered,
        NotificationEvent.DeviceRemoved => !delivery.Recovered,
        _ => delivery.Offline && delivery.StillOffline < answer.Sequence,
    };

    private static PresenceDecision Accepted(
        DeviceState state, Outage outage, Delivery delivery, PresenceInput.Answered answer, RuleContext context, DateTimeOffset now)
    {
        var first = !outage.Deliveries.Values.Any(d => !Awaits(d, answer) && d.Offline);
        delivery = delivery with { Failures = 0, RetryAt = null, RefusedSince = null };
        delivery = answer.Event switch
        {
            NotificationEvent.DeviceOffline => delivery with { Offline = true, Incident = answer.Answer.IncidentId },
            NotificationEvent.DeviceRecovered or NotificationEvent.DeviceRemoved => delivery with { Recovered = true },
            _ => delivery with { StillOffline = answer.Sequence, RepeatedAt = LastRepeat(outage, delivery, context, now) },
        };
        var told = With(outage, answer.Destination, delivery);
        if (answer.Event == NotificationEvent.DeviceOffline) told = told with { NotifiedAt = told.NotifiedAt ?? now };

        state = Replace(state, told, context) with { Sent = first ? state.Sent + 1 : state.Sent };

        // A destination that took the outage late may be owed its end already, or the next one.
        var next = DueNow(state, context, now).OfType<PresenceEffect.Send>().Where(send => send.Destination == answer.Destination);
        var reason = answer.Answer.IncidentId is null ? PresenceReason.Delivered : PresenceReason.DeliveredByIncident;
        return new(
            History.Heard(state, reason, answer.Event, answer.Destination, now, SaidBy(outage, answer.Event)), true, [.. next], reason);
    }

    /// <summary>The entry in the thing's history with which the word went out.</summary>
    private static RingEntry? SaidBy(Outage outage, NotificationEvent word) => word switch
    {
        NotificationEvent.DeviceOffline => new(outage.Telling!.Value.ToUnixTimeSeconds(), ReasonToTell(outage.Verification)),
        NotificationEvent.DeviceRecovered when outage.HoldEndsAt is { } held => new(held.ToUnixTimeSeconds(), PresenceReason.HoldHeld),
        _ => null,
    };

    /// <summary>The last moment up to now at which a repeat was due: those that were missed are not made up for.</summary>
    private static DateTimeOffset LastRepeat(Outage outage, Delivery delivery, RuleContext context, DateTimeOffset now)
    {
        if (RepeatDue(outage, delivery, context) is not { } due || due > now) return now;
        return due + (Math.Floor((now - due) / context.Policy.RepeatInterval) * context.Policy.RepeatInterval);
    }

    private static PresenceDecision Failed(
        DeviceState state, Outage outage, Delivery delivery, PresenceInput.Answered answer, RuleContext context, DateTimeOffset now)
    {
        delivery = AfterFailure(delivery, outage.Id, answer.Answer, now);
        return new(Replace(state, With(outage, answer.Destination, delivery), context), true, [], PresenceReason.DeliveryFailed);
    }

    /// <summary>What fails with all others does not count as its own failure.</summary>
    public static Delivery AfterFailure(Delivery delivery, string id, DeliveryAnswer answer, DateTimeOffset now) =>
        answer.AskAgainIn is { } wait && delivery.Failures < FailuresOfItsOwn
        ? delivery with { RetryAt = PresenceRules.ToMilliseconds(now + (wait * Jitter(id, delivery.Failures))) }
        : delivery with
        {
            Failures = delivery.Failures + 1,
            RetryAt = PresenceRules.ToMilliseconds(now + WaitAfter(id, delivery.Failures)),
        };

    private static PresenceDecision Refused(
        DeviceState state, Outage outage, Delivery delivery, PresenceInput.Answered answer, RuleContext context, DateTimeOffset now)
    {
        delivery = AfterRefusal(delivery, outage.Id, answer.Answer, now);
        return AfterRefusal(Replace(state, With(outage, answer.Destination, delivery), context), delivery, answer, now);
    }

    public static PresenceDecision AfterRefusal(DeviceState state, Delivery delivery, PresenceInput.Answered answer, DateTimeOffset now)
    {
        var removed = answer.Answer.IsRemoved;
        if (!delivery.GivenUp) return new(state, true, [], removed ? PresenceReason.DestinationMissing : PresenceReason.DeliveryRefused);
        var reason = removed ? PresenceReason.DestinationRemoved : PresenceReason.DeliveryGivenUp;
        PresenceEffect said = removed ? new PresenceEffect.Drop(answer.Destination)
            : new PresenceEffect.WarnGivenUp(answer.Destination, answer.OutageId, answer.Answer.Detail ?? "refused");
        return new(History.Heard(state, reason, answer.Event, answer.Destination, now), true, [said], reason);
    }

    public static Delivery AfterRefusal(Delivery delivery, string id, DeliveryAnswer answer, DateTimeOffset now)
    {
        delivery = delivery with { Failures = delivery.Failures + 1, RefusedSince = delivery.RefusedSince ?? now };
        return now - delivery.RefusedSince < (answer.IsRemoved ? DropAfter : GiveUpAfter)
            ? delivery with { RetryAt = PresenceRules.ToMilliseconds(now + (RefusedRetry * Jitter(id, delivery.Failures))) }
            : delivery with { GivenUp = true, RetryAt = null };
    }

    /// <summary>Puts the outage back where it stood, or drops it once it is over and nobody is owed anything.</summary>
    private static DeviceState Replace(DeviceState state, Outage outage, RuleContext context)
    {
        if (state.Outage?.Id == outage.Id) return state with { Outage = outage };
        var keep = OwesAnything(outage, over: true, context);
        return state with { Owing = [.. state.Owing.Where(o => keep || o.Id != outage.Id).Select(o => o.Id == outage.Id ? outage : o)] };
    }

    private static Outage With(Outage outage, string destination, Delivery delivery) =>
        outage with { Deliveries = new Dictionary<string, Delivery>(outage.Deliveries) { [destination] = delivery } };

    private static IEnumerable<(Outage Outage, bool Over)> Told(DeviceState state)
    {
        foreach (var outage in state.Owing) yield return (outage, true);
        if (state.Outage is { Telling: not null } running) yield return (running, false);
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
        };

    /// <summary>1 min, from the sixth failure on doubling to 15, jittered.</summary>
    internal static TimeSpan WaitAfter(string id, int failures) =>
        new Backoff(FirstRetry, LongestRetry).After(failures - FailuresOfItsOwn + 2) * Jitter(id, failures);

    /// <summary>0.8 to 1.0 of the wait, different for every outage, so that a thousand things do not all come back at one moment.</summary>
    internal static double Jitter(string outageId, int attempt)
    {
        var hash = 17u;
        foreach (var c in outageId) hash = (hash * 31) + c;
        hash = (hash * 31) + (uint)attempt;
        return 0.8 + (hash * 2654435761u % 1000 / 5000d);
    }
}
