namespace IoTOrleans.Grains.Presence;

/// <summary>The settings <c>Presence:…</c>. Durations are checked at start, see <see cref="Check"/>.</summary>
public sealed class PresenceOptions
{
    /// <summary>How long a thing must stay disconnected before anyone is told. 1 s to 365 d. Default: 5 min.</summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>An event that arrives late never leads to a notification sooner than this after its arrival. Default: 5 s.</summary>
    public TimeSpan SettleTime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a reconnect must last before it ends an outage that was told; 0: at once. Default: 1 min.</summary>
    public TimeSpan RecoveryHold { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>While offline, ask the verifier again; 0: off. Default: 10 min.</summary>
    public TimeSpan RecheckEvery { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>While offline, send <c>device.still_offline</c> this often; 0 (off) or at least 1 min. Default: 0.</summary>
    public TimeSpan RepeatInterval { get; set; }

    /// <summary>Send <c>device.recovered</c>. Default: true.</summary>
    public bool NotifyRecovery { get; set; } = true;

    /// <summary>Send <c>device.flapping</c> and <c>device.steady</c>. Default: true.</summary>
    public bool NotifyFlapping { get; set; } = true;

    /// <summary>
    /// The longest that a first verdict which no verifier confirms is held because the queue has not been read up to it. Longer: a long backlog raises
    /// no false notification, and hides a true one for longer. 0 (off) to 1 d. Default: 10 min.
    /// </summary>
    public TimeSpan MaxHold { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Overrides by thing name; the first that matches wins.</summary>
    public IList<PolicyOptions> Policies { get; } = [];

    /// <summary>Returns one line per mistake: the setting, what is wrong, what to write instead.</summary>
    public IEnumerable<string> Check(IReadOnlyCollection<string> destinations)
    {
        foreach (var mistake in CheckDurations("Presence", Grace, SettleTime, RecoveryHold, RecheckEvery, RepeatInterval)) yield return mistake;
        if (MaxHold < TimeSpan.Zero || MaxHold > TimeSpan.FromDays(1)) yield return "Presence:MaxHold has to be 0s (off) to 1d.";

        for (var i = 0; i < Policies.Count; i++)
        {
            var (policy, section) = (Policies[i], $"Presence:Policies:{i}");
            if (string.IsNullOrWhiteSpace(policy.Match)) yield return $"{section}:Match is missing: say which things it is for, like door-* (or * for all).";

            var mistakes = CheckDurations(
                section, policy.Grace ?? Grace, policy.SettleTime ?? SettleTime, policy.RecoveryHold ?? RecoveryHold,
                policy.RecheckEvery ?? RecheckEvery, policy.RepeatInterval ?? RepeatInterval);
            foreach (var mistake in mistakes) yield return mistake;

            if (policy.Notify?.Distinct().Count() < policy.Notify?.Count) yield return $"{section}:Notify names a destination twice.";
            foreach (var name in policy.Notify ?? [])
            {
                if (!destinations.Contains(name))
                    yield return $"{section}:Notify names '{name}', which is no destination. There are: {string.Join(", ", destinations)}.";
            }
        }
    }

    private static IEnumerable<string> CheckDurations(
        string section, TimeSpan grace, TimeSpan settleTime, TimeSpan recoveryHold, TimeSpan recheckEvery, TimeSpan repeatInterval) =>
        PolicyLimits.CheckDurations(grace, settleTime, recoveryHold, recheckEvery, repeatInterval).Select(mistake => $"{section}:{mistake.Setting} {mistake.Must}");
}

/// <summary>One entry of <c>Presence:Policies</c>; what is not set is taken from <c>Presence</c>.</summary>
public sealed class PolicyOptions
{
    /// <summary>Glob on the whole thing name: <c>*</c> any characters, <c>?</c> one. Case matters, as in AWS IoT.</summary>
    public string Match { get; set; } = "";

    public TimeSpan? Grace { get; set; }

    public TimeSpan? SettleTime { get; set; }

    public TimeSpan? RecoveryHold { get; set; }

    public TimeSpan? RecheckEvery { get; set; }

    public TimeSpan? RepeatInterval { get; set; }

    public bool? NotifyRecovery { get; set; }

    public bool? NotifyFlapping { get; set; }

    /// <summary>Watched, shown, not told. Default: false.</summary>
    public bool Muted { get; set; }

    /// <summary>Names of destinations. Default: all.</summary>
    public IReadOnlyList<string>? Notify { get; set; }
}
