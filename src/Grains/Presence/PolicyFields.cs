namespace IoTOrleans.Grains.Presence;

/// <summary>
/// The table of all fields of a policy. A new one is a property of <see cref="PolicySettings"/>, one of <see cref="DevicePolicy"/>, and a
/// row here.
/// </summary>
public static class PolicyFields
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    public static IReadOnlyList<PolicyField> All { get; } =
    [
        new DurationField(
            "Grace", TimeSpan.FromMinutes(5), Second, TimeSpan.FromDays(365), "1s to 365d",
            "how long a thing must stay away before anyone is notified",
            policy => policy.Grace, (policy, value) => policy with { Grace = value },
            (policy, value) => policy with { Grace = value ?? policy.Grace }),
        new DurationField(
            "SettleTime", TimeSpan.FromSeconds(5), TimeSpan.Zero, TimeSpan.FromHours(1), "0s to 1h",
            "an event that arrives late causes no notification sooner than this after its arrival",
            policy => policy.SettleTime, (policy, value) => policy with { SettleTime = value },
            (policy, value) => policy with { SettleTime = value ?? policy.SettleTime }),
        new DurationField(
            "RecoveryHold", Minute, TimeSpan.Zero, TimeSpan.FromDays(1), "0s to 1d",
            "how long a reconnect must last before it ends an outage that was told; 0s: at once",
            policy => policy.RecoveryHold, (policy, value) => policy with { RecoveryHold = value },
            (policy, value) => policy with { RecoveryHold = value ?? policy.RecoveryHold }),
        new DurationField(
            "RecheckEvery", TimeSpan.FromMinutes(10), Minute, TimeSpan.FromDays(30), "0s (off) or 1m to 30d",
            "how often a verifier is asked again about a thing that is offline",
            policy => policy.RecheckEvery, (policy, value) => policy with { RecheckEvery = value },
            (policy, value) => policy with { RecheckEvery = value ?? policy.RecheckEvery }),
        new DurationField(
            "RepeatInterval", TimeSpan.Zero, Minute, TimeSpan.FromDays(365), "0s (off) or 1m to 365d",
            "how often device.still_offline is sent while a thing is offline",
            policy => policy.RepeatInterval, (policy, value) => policy with { RepeatInterval = value },
            (policy, value) => policy with { RepeatInterval = value ?? policy.RepeatInterval }),
        new FlagField(
            "NotifyRecovery", true, "send device.recovered",
            policy => policy.NotifyRecovery, (policy, value) => policy with { NotifyRecovery = value },
            (policy, value) => policy with { NotifyRecovery = value ?? policy.NotifyRecovery }),
        new FlagField(
            "NotifyFlapping", true, "send device.flapping and device.steady",
            policy => policy.NotifyFlapping, (policy, value) => policy with { NotifyFlapping = value },
            (policy, value) => policy with { NotifyFlapping = value ?? policy.NotifyFlapping }),
        new FlagField(
            "Muted", null, "watched and shown, but nobody is notified",
            policy => policy.Muted, (policy, value) => policy with { Muted = value },
            (policy, value) => policy with { Muted = value ?? policy.Muted }),
        new DestinationsField(
            "Notify", "who is notified; all destinations, if it is not set",
            policy => policy.Notify, (policy, value) => policy with { Notify = value },
            (policy, value) => policy with { Notify = value ?? policy.Notify }),
    ];

    public static PolicySettings Defaults { get; } = All.Aggregate(new PolicySettings(), (policy, field) => field.SetDefault(policy));

    /// <summary>What is wrong with it, by the names that JSON has.</summary>
    public static IEnumerable<(PolicyField Field, string Mistake)> Check(PolicySettings policy, IReadOnlyCollection<string> destinations) =>
        All.SelectMany(field => field.Check(policy, destinations).Select(mistake => (field, mistake)));

    /// <summary>The policy above where it says something, else the one below.</summary>
    public static PolicySettings Over(this PolicySettings? above, PolicySettings below) =>
        above is null ? below : All.Aggregate(below, (result, field) => field.Lay(result, above));

    /// <summary>The policy that holds: the settings, with what is set for the thing at run time over them.</summary>
    /// <param name="match">The glob from which the settings are, if any.</param>
    /// <param name="known">All destinations; null: not known.</param>
    internal static DevicePolicy Resolve(PolicySettings settings, string? match, PolicySettings? set, IReadOnlyList<string>? known)
    {
        var notify = set?.Notify is { } names && known is not null ? [.. names.Where(known.Contains)] : set?.Notify;

        // A destination that has gone from the settings since then tells nobody: before all of them are gone, the settings hold.
        var above = set is null ? null : set with { Notify = notify is { Count: 0 } ? null : notify };
        var policy = new DevicePolicy
        {
            Source = set is null ? match ?? "default" : "override",
            Match = match,
            Overridden = set is null ? [] : [.. All.Where(field => field.IsSet(set)).Select(field => field.JsonName)],
            Notify = known ?? [],
        };
        var complete = above.Over(settings.Over(Defaults));
        return All.Aggregate(policy, (result, field) => field.Resolve(result, complete));
    }
}
