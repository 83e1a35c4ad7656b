namespace IoTOrleans.Grains.Policies;

/// <summary>The settings <c>Presence:…</c>. They are checked at start, see <see cref="Check"/>.</summary>
public sealed class PresenceOptions
{
    internal static readonly TimeSpan DefaultMaxHold = TimeSpan.FromMinutes(10);

    /// <summary>For all things. What is not set is as in <see cref="PolicyFields.Defaults"/>.</summary>
    public PolicySettings Policy { get; set; } = PolicyFields.Defaults;

    /// <summary>The policy of a thing that no glob matches, without its destinations.</summary>
    public DevicePolicy DefaultPolicy => PolicyFields.Resolve(Policy, null, null, null);

    /// <summary>
    /// How long a verdict that no verifier confirms is deferred at most, because the queue has not been read up to the deadline. Longer: a
    /// long backlog causes no false notification, and delays a true one for longer. 0 (off) to 1 d. Default: 10 min.
    /// </summary>
    public TimeSpan MaxHold { get; set; } = DefaultMaxHold;

    /// <summary>Overrides by thing name; the first that matches wins.</summary>
    public IList<PolicyOptions> Policies { get; } = [];

    public void CopyTo(PresenceOptions other)
    {
        (other.Policy, other.MaxHold) = (Policy, MaxHold);
        foreach (var policy in Policies) other.Policies.Add(policy);
    }

    /// <summary>Returns one line per mistake: the setting, what is wrong, what to write instead.</summary>
    public IEnumerable<string> Check(IReadOnlyCollection<string> destinations)
    {
        foreach (var mistake in Check("Presence", Policy, destinations)) yield return mistake;
        if (MaxHold < TimeSpan.Zero || MaxHold > TimeSpan.FromDays(1)) yield return "Presence:MaxHold has to be 0s (off) to 1d.";
        for (var i = 0; i < Policies.Count; i++)
        {
            var section = $"Presence:Policies:{i}";
            if (string.IsNullOrWhiteSpace(Policies[i].Match))
                yield return $"{section}:Match is missing: say which things it is for, like door-* (or * for all).";
            foreach (var mistake in Check(section, Policies[i].Policy, destinations)) yield return mistake;
        }
    }

    private static IEnumerable<string> Check(string section, PolicySettings policy, IReadOnlyCollection<string> destinations) =>
        PolicyFields.Check(policy, destinations).Select(mistake => $"{section}:{mistake.Field.Name} {mistake.Mistake}");
}

/// <summary>One entry of <c>Presence:Policies</c>.</summary>
public sealed class PolicyOptions
{
    /// <summary>Glob on the whole thing name: <c>*</c> any characters, <c>?</c> one. Case matters, as in AWS IoT.</summary>
    public string Match { get; set; } = "";

    /// <summary>What is not set is taken from <c>Presence</c>.</summary>
    public PolicySettings Policy { get; set; } = new();
}
