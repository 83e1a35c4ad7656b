namespace IoTOrleans.Grains.Presence;

/// <summary>One field of a policy: its name, what it means, and what it may say. <see cref="PolicyFields.All"/> is the table.</summary>
public abstract class PolicyField(string name, string help)
{
    /// <summary>As the settings have it.</summary>
    public string Name => name;

    /// <summary>As JSON has it.</summary>
    public string JsonName { get; } = $"{char.ToLowerInvariant(name[0])}{name[1..]}";

    public string Help => help;

    /// <summary>What it may say, in words.</summary>
    public abstract string Range { get; }

    /// <summary>Whether it can be set for all things; else for a glob or a thing only.</summary>
    public abstract bool HasDefault { get; }

    public abstract bool IsSet(PolicySettings policy);

    internal abstract PolicySettings SetDefault(PolicySettings policy);

    /// <summary>Takes this field from the policy above, if it is set there.</summary>
    internal abstract PolicySettings Lay(PolicySettings below, PolicySettings above);

    internal abstract DevicePolicy Resolve(DevicePolicy policy, PolicySettings complete);

    /// <summary>What is wrong and what to write instead, as the end of a sentence that begins with the name.</summary>
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
