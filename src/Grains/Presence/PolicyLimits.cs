using IoTOrleans.Contracts;

namespace IoTOrleans.Grains.Presence;

/// <summary>What a policy may say, whoever says it; one line per mistake: what is wrong, and what to write instead.</summary>
public static class PolicyLimits
{
    /// <summary>Names of <see cref="PolicyOverride"/> as JSON has them.</summary>
    public static IEnumerable<(string Field, string Mistake)> Check(PolicyOverride set, IReadOnlyCollection<string> destinations)
    {
        foreach (var mistake in CheckDurations(set.Grace, set.SettleTime, set.RecoveryHold, set.RecheckEvery, set.RepeatInterval))
            yield return ($"{char.ToLowerInvariant(mistake.Setting[0])}{mistake.Setting[1..]}", mistake.Must);

        if (set.Notify is not { } notify) yield break;
        if (notify.Count == 0) yield return ("notify", "must name somebody; leave it out for everybody, or set muted to true for nobody.");
        if (notify.Distinct().Count() < notify.Count) yield return ("notify", "names a destination twice.");
        foreach (var name in notify.Where(name => !destinations.Contains(name)))
            yield return ("notify", $"names '{name}', which is no destination. There are: {string.Join(", ", destinations)}.");
    }

    internal static IEnumerable<(string Setting, string Must)> CheckDurations(
        TimeSpan? grace, TimeSpan? settleTime, TimeSpan? recoveryHold, TimeSpan? recheckEvery, TimeSpan? repeatInterval)
    {
        if (grace < TimeSpan.FromSeconds(1) || grace > TimeSpan.FromDays(365)) yield return ("Grace", "must be 1s to 365d.");
        if (settleTime < TimeSpan.Zero || settleTime > TimeSpan.FromHours(1)) yield return ("SettleTime", "must be 0s to 1h.");
        if (recoveryHold < TimeSpan.Zero || recoveryHold > TimeSpan.FromDays(1)) yield return ("RecoveryHold", "must be 0s to 1d.");
        if (IsOutside(recheckEvery, TimeSpan.FromDays(30))) yield return ("RecheckEvery", "must be 0s (off) or 1m to 30d.");
        if (IsOutside(repeatInterval, TimeSpan.FromDays(365))) yield return ("RepeatInterval", "must be 0s (off) or 1m to 365d.");
    }

    private static bool IsOutside(TimeSpan? interval, TimeSpan most) =>
        interval != TimeSpan.Zero && (interval < TimeSpan.FromMinutes(1) || interval > most);
}
