namespace IoTOrleans.Grains.Policies;

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
        new DurationField(
            "ExpectWithin", TimeSpan.Zero, Minute, TimeSpan.FromDays(365), "0s (off) or 1m to 365d",
            "a thing that is imported or named, and not seen for so long, is told once",
            policy => policy.ExpectWithin, (policy, value) => policy with { ExpectWithin = value },
            (policy, value) => policy with { ExpectWithin = value ?? policy.ExpectWithin }),
        new FlagField(
            "NotifyRecovery", true, "send device.recovered",
            policy => policy.NotifyRecovery, (policy, value) => policy with { NotifyRecovery = value },
            (policy, value) => policy with { NotifyRecovery = value ?? policy.NotifyRecovery }),
        new FlagField(
            "NotifyFlapping", true, "send device.flapping and device.steady",
            policy => policy.NotifyFlapping, (policy, value) => policy with { NotifyFlapping = value },
            (policy, value) => policy with { NotifyFlapping = value ?? policy.NotifyFlapping }),
        new FlagField(
            "Muted", null, "the thing is watched and shown, and causes no notifications",
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

    /// <summary>The fields that are set above, else those below.</summary>
    public static PolicySettings Over(this PolicySettings? above, PolicySettings below) =>
        above is null ? below : All.Aggregate(below, (result, field) => field.Lay(result, above));

    /// <summary>The policy in effect: the settings with the override.</summary>
    /// <param name="match">The glob from which the settings are, if any.</param>
    /// <param name="known">All destinations; null: not known.</param>
    internal static DevicePolicy Resolve(PolicySettings settings, string? match, PolicySettings? set, IReadOnlyList<string>? known)
    {
        var notify = set?.Notify is { } names && known is not null ? [.. names.Where(known.Contains)] : set?.Notify;

        // A destination of the override may have been removed from the settings. If none of them is left, the settings decide.
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

/// <summary>One field of a policy: its name, meaning and range. <see cref="PolicyFields.All"/> is the table.</summary>
public abstract class PolicyField(string name, string help)
{
    /// <summary>The name in the settings.</summary>
    public string Name => name;

    /// <summary>The name in JSON.</summary>
    public string JsonName { get; } = $"{char.ToLowerInvariant(name[0])}{name[1..]}";

    public string Help => help;

    /// <summary>Its values, in words.</summary>
    public abstract string Range { get; }

    /// <summary>Whether it can be set for all things; else for a glob or a thing only.</summary>
    public abstract bool HasDefault { get; }

    public abstract bool IsSet(PolicySettings policy);

    internal abstract PolicySettings SetDefault(PolicySettings policy);

    /// <summary>Takes this field from the policy above if it is set there.</summary>
    internal abstract PolicySettings Lay(PolicySettings below, PolicySettings above);

    internal abstract DevicePolicy Resolve(DevicePolicy policy, PolicySettings complete);

    /// <summary>What is wrong and what to write instead: the end of a sentence that begins with the name.</summary>
    public abstract IEnumerable<string> Check(PolicySettings policy, IReadOnlyCollection<string> destinations);
}

/// <typeparam name="T">Null: not set.</typeparam>
public abstract class PolicyField<T>(
    string name, T defaultValue, string help, Func<PolicySettings, T> get, Func<PolicySettings, T, PolicySettings> set, Func<DevicePolicy,
    T, DevicePolicy> resolve)
    : PolicyField(name, help)
{
    public T Default => defaultValue;

    public override bool HasDefault => defaultValue is not null;

    internal override PolicySettings SetDefault(PolicySettings policy) => set(policy, defaultValue);

    public override bool IsSet(PolicySettings policy) => get(policy) is not null;

    public T Get(PolicySettings policy) => get(policy);

    public PolicySettings Set(PolicySettings policy, T value) => set(policy, value);

    internal override PolicySettings Lay(PolicySettings below, PolicySettings above) => IsSet(above) ? set(below, get(above)) : below;

    internal override DevicePolicy Resolve(DevicePolicy policy, PolicySettings complete) => resolve(policy, get(complete));
}

public sealed class DurationField(
    string name, TimeSpan defaultValue, TimeSpan least, TimeSpan most, string range, string help,
    Func<PolicySettings, TimeSpan?> get, Func<PolicySettings, TimeSpan?, PolicySettings> set, Func<DevicePolicy, TimeSpan?,
    DevicePolicy> resolve)
    : PolicyField<TimeSpan?>(name, defaultValue, help, get, set, resolve)
{
    public override string Range => range;

    /// <summary>Zero turns off what begins at a minute.</summary>
    private bool ZeroIsOff => least > TimeSpan.FromSeconds(1);

    public override IEnumerable<string> Check(PolicySettings policy, IReadOnlyCollection<string> destinations) =>
        Get(policy) is { } value && !(ZeroIsOff && value == TimeSpan.Zero) && (value < least || value > most) ? [$"must be {range}."] : [];
}

public sealed class FlagField(
    string name, bool? defaultValue, string help, Func<PolicySettings, bool?> get, Func<PolicySettings, bool?, PolicySettings> set,
    Func<DevicePolicy, bool?, DevicePolicy> resolve)
    : PolicyField<bool?>(name, defaultValue, help, get, set, resolve)
{
    public override string Range => "true or false";

    public override IEnumerable<string> Check(PolicySettings policy, IReadOnlyCollection<string> destinations) => [];
}

public sealed class DestinationsField(
    string name, string help, Func<PolicySettings, IReadOnlyList<string>?> get, Func<PolicySettings, IReadOnlyList<string>?,
    PolicySettings> set,
    Func<DevicePolicy, IReadOnlyList<string>?, DevicePolicy> resolve)
    : PolicyField<IReadOnlyList<string>?>(name, null, help, get, set, resolve)
{
    public override string Range => "names of destinations";

    public override IEnumerable<string> Check(PolicySettings policy, IReadOnlyCollection<string> destinations)
    {
        if (Get(policy) is not { } names) yield break;
        if (names.Count == 0) yield return "must name somebody; leave it out for everybody, or set muted to true for nobody.";
        if (names.Distinct().Count() < names.Count) yield return "names a destination twice.";
        foreach (var name in names.Where(name => !destinations.Contains(name)))
            yield return $"names '{name}', which is no destination. There are: {string.Join(", ", destinations)}.";
    }
}
