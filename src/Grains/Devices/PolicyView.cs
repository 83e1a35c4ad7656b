using IoTOrleans.Contracts;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Devices;

/// <summary>What people see of a thing's policy.</summary>
internal static class PolicyView
{
    public static DevicePolicy Of(PresencePolicy policy) => new()
    {
        Source = policy.Source ?? "default",
        Match = policy.Match,
        Overridden = policy.Override is { } set ? [.. Names(set)] : [],
        Grace = policy.Grace,
        SettleTime = policy.SettleTime,
        RecoveryHold = policy.RecoveryHold,
        RecheckEvery = policy.RecheckEvery,
        RepeatInterval = policy.RepeatInterval,
        NotifyRecovery = policy.NotifyRecovery,
        NotifyFlapping = policy.NotifyFlapping,
        Muted = policy.Muted,
        Notify = policy.Destinations,
    };

    private static IEnumerable<string> Names(PolicyOverride set)
    {
        if (set.Grace is not null) yield return "grace";
        if (set.SettleTime is not null) yield return "settleTime";
        if (set.RecoveryHold is not null) yield return "recoveryHold";
        if (set.RecheckEvery is not null) yield return "recheckEvery";
        if (set.RepeatInterval is not null) yield return "repeatInterval";
        if (set.NotifyRecovery is not null) yield return "notifyRecovery";
        if (set.NotifyFlapping is not null) yield return "notifyFlapping";
        if (set.Muted is not null) yield return "muted";
        if (set.Notify is not null) yield return "notify";
    }
}
