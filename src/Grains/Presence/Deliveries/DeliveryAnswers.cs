using static IoTOrleans.Grains.Presence.PresenceDecision;

namespace IoTOrleans.Grains.Presence;

/// <summary>What a destination's answer to a notification changes.</summary>
internal static class DeliveryAnswers
{
    public static PresenceDecision Answered(
        DeviceState state, PresenceInput.Answered answer, RuleContext context, DateTimeOffset now)
    {
        var outage = state.Outage?.Id == answer.OutageId ? state.Outage : state.Owing.FirstOrDefault(o => o.Id == answer.OutageId);
        var delivery = outage?.Deliveries.GetValueOrDefault(answer.Destination);
        if (outage is null || delivery is null || !Awaits(delivery, answer)) return Nothing(state, PresenceReason.DeliveryOfNothingOwed);

        switch (answer.Answer.Outcome)
        {
            case DeliveryOutcome.Accepted:
                return Accepted(state, outage, delivery, answer, context, now);

            case DeliveryOutcome.Refused:
                delivery = Retries.AfterRefusal(delivery, outage.Id, answer.Answer, now);
                return Refused(Replace(state, outage.With(answer.Destination, delivery), context), delivery, answer, now);

            default:
                delivery = Retries.AfterFailure(delivery, outage.Id, answer.Answer, now);
                return Failed(Replace(state, outage.With(answer.Destination, delivery), context));
        }
    }

    public static PresenceDecision Failed(DeviceState state) => new(state, true, [], PresenceReason.DeliveryFailed);

    /// <param name="delivery">As it is after the refusal.</param>
    public static PresenceDecision Refused(DeviceState state, Delivery delivery, PresenceInput.Answered answer, DateTimeOffset now)
    {
        var removed = answer.Answer.IsRemoved;
        if (!delivery.GivenUp) return new(state, true, [], removed ? PresenceReason.DestinationMissing : PresenceReason.DeliveryRefused);
        var reason = removed ? PresenceReason.DestinationRemoved : PresenceReason.DeliveryGivenUp;
        PresenceEffect said = removed ? new PresenceEffect.Drop(answer.Destination)
            : new PresenceEffect.WarnGivenUp(answer.Destination, answer.OutageId, answer.Answer.Detail ?? "refused");
        return new(History.Heard(state, reason, answer.Event, answer.Destination, now), true, [said], reason);
    }

    private static bool Awaits(Delivery delivery, PresenceInput.Answered answer) => answer.Event switch
    {
        NotificationEvent.DeviceOffline or NotificationEvent.DeviceNeverSeen => !delivery.Offline,
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
            NotificationEvent.DeviceOffline or NotificationEvent.DeviceNeverSeen =>
                delivery with { Offline = true, Incident = answer.Answer.IncidentId },
            NotificationEvent.DeviceRecovered or NotificationEvent.DeviceRemoved => delivery with { Recovered = true },
            _ => delivery with
            {
                StillOffline = answer.Sequence,
                RepeatedAt = DeliveryRules.LastRepeat(outage, delivery, context, now),
            },
        };
        var told = outage.With(answer.Destination, delivery);
        if (answer.Event == outage.FirstWord) told = told with { NotifiedAt = told.NotifiedAt ?? now };

        state = Replace(state, told, context) with { Sent = first ? state.Sent + 1 : state.Sent };
        var reason = answer.Answer.IncidentId is null ? PresenceReason.Delivered : PresenceReason.DeliveredByIncident;
        state = History.Heard(state, reason, answer.Event, answer.Destination, now, SaidBy(outage, answer.Event));

        // A destination that accepted the outage late may be owed its end already, or the next outage.
        return new PresenceDecision(state, true, [], reason).Sending(to: answer.Destination);
    }

    /// <summary>The entry in the thing's history with which the notification went out.</summary>
    private static RingEntry? SaidBy(Outage outage, NotificationEvent word) => word switch
    {
        NotificationEvent.DeviceOffline or NotificationEvent.DeviceNeverSeen =>
            new(outage.Telling!.Value.ToUnixTimeSeconds(), Verdicts.ReasonToTell(outage)),
        NotificationEvent.DeviceRecovered when outage.HoldEndsAt is { } held => new(held.ToUnixTimeSeconds(), PresenceReason.HoldHeld),
        _ => null,
    };

    /// <summary>Replaces the outage in the state. Removes an outage that is over and about which no destination is owed anything.</summary>
    private static DeviceState Replace(DeviceState state, Outage outage, RuleContext context)
    {
        if (state.Outage?.Id == outage.Id) return state with { Outage = outage };
        var keep = DeliveryRules.OwesAnything(outage, over: true, context);
        return state with { Owing = [.. state.Owing.Where(o => keep || o.Id != outage.Id).Select(o => o.Id == outage.Id ? outage : o)] };
    }
}
