using IoTOrleans.Contracts;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Devices;

/// <summary>What people see of a thing's state.</summary>
internal static class StatusView
{
    public static DeviceStatus Of(DeviceState state, PresencePolicy policy, DateTimeOffset now)
    {
        policy = policy.With(state.Override);
        var status = PresenceRules.StatusOf(state, policy, now);
        var outage = Recovery.EndHold(state, policy, now).Outage;
        return new DeviceStatus
        {
            ThingName = policy.ThingName,
            Status = status,
            Connected = state.Connected,
            Since = state.Since,
            GraceEndsAt = status == PresenceStatus.Grace ? LookingRules.WithGraceOf(policy, outage!).GraceEndsAt : null,
            NotifiedAt = outage?.NotifiedAt,
            DisconnectReason = outage?.DisconnectReason,
            LastEventAt = state.LastEventAt,
            OutageId = outage?.Id,
            OutagesSuppressed = state.Suppressed,
            NotificationsSent = state.Sent,
            Attributes = state.Attributes,
            MutedBy = policy.MutedBy,
            FlappingSince = state.Flapping is [.., { CalmSince: null } flapping] ? flapping.Since : null,
            Policy = PolicyView.Of(policy),
            IncidentId = outage?.Deliveries.Values.Select(delivery => delivery.Incident).FirstOrDefault(incident => incident is not null),
        };
    }
}
