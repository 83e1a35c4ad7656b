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
        };
    }
}
