using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Devices;

/// <summary>A thing's state as the API shows it.</summary>
internal static class StatusView
{
    public static DeviceStatus Of(DeviceState state, RuleContext context, DateTimeOffset now)
    {
        context = context.With(state.Override);
        var status = PresenceRules.StatusOf(state, context, now);
        var outage = Recovery.EndHold(state, context, now).Outage;
        return new DeviceStatus
        {
            ThingName = context.ThingName,
            Status = status,
            Connected = state.Connected,
            Since = state.Since,
            GraceEndsAt = status == PresenceStatus.Grace ? outage!.WithGraceOf(context).GraceEndsAt : null,
            NotifiedAt = outage?.NotifiedAt,
            DisconnectReason = outage?.DisconnectReason,
            LastEventAt = state.LastEventAt,
            OutageId = outage?.Id,
            OutagesSuppressed = state.Suppressed,
            NotificationsSent = state.Sent,
            Attributes = state.Attributes,
            MutedBy = context.MutedBy,
            FlappingSince = state.Flapping is [.., { CalmSince: null } flapping] ? flapping.Since : null,
            Policy = context.Policy,
            IncidentId = outage?.Deliveries.Values.Select(delivery => delivery.Incident).FirstOrDefault(incident => incident is not null),
            NotifiedTo = outage is null ? []
                : [.. outage.Deliveries.Where(one => one.Value.Offline).Select(one => one.Key).Order(StringComparer.Ordinal)],
            Verification = outage is { Phase: not OutagePhase.Grace } ? outage.Verification : null,
            Refused = outage?.ConnectFailures is { } refused
                ? new() { Count = refused.Count, Reason = refused.Reason, Since = refused.Since } : null,
            HoldEndsAt = status == PresenceStatus.Recovering ? outage!.HoldEndsAt : null,
            NeverSeen = outage is { NeverSeen: true },
        };
    }
}
