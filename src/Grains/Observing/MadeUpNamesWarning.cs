using System.Text.RegularExpressions;

namespace IoTOrleans.Grains.Observing;

/// <summary>
/// A client that makes up a client ID for each connection (<c>ESP8266Client-$RANDOM</c>) leaves behind one thing after the other that stays
/// offline. If many names of one pattern connect once, go and do not come back, the log says how to mend that.
/// </summary>
internal sealed partial class MadeUpNamesWarning(ILogger<MadeUpNamesWarning> logger)
{
    /// <summary>Fewer may be devices that were given away.</summary>
    internal const int GoneToWarn = 20;

    /// <summary>No warning if one of ten comes back: made-up names never do.</summary>
    private const int GoneForOneBack = 10;

    private const int MostPatterns = 100;
    private const int MostNames = 1000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Names> _patterns = new(StringComparer.Ordinal);

    public void Note(string thingName, PresenceReason reason)
    {
        var (isNew, isTold, isBack) = KindOf(reason);
        if ((!isNew && !isTold && !isBack) || PatternOf(thingName) is not { } pattern) return;
        lock (_lock)
        {
            if (!_patterns.TryGetValue(pattern, out var names))
            {
                if (!isNew || _patterns.Count == MostPatterns) return;
                names = _patterns[pattern] = new();
            }

            if (isNew && names.New.Count < MostNames) names.New.Add(thingName);
            if (isBack && (names.New.Remove(thingName) || names.Gone.Remove(thingName))) names.Back++;
            if (!isTold || !names.New.Remove(thingName)) return;
            if (names.Gone.Count < MostNames) names.Gone.Add(thingName);
            if (names.IsSaid || names.Gone.Count < GoneToWarn || names.Gone.Count < GoneForOneBack * names.Back) return;
            names.IsSaid = true;
            LogMadeUpNames(names.Gone.Count, pattern);
        }
    }

    /// <returns>What precedes the part that may be made up, and a star; null: no part of the name looks made up.</returns>
    internal static string? PatternOf(string thingName) =>
        MadeUp().Match(thingName) is { Success: true, Index: > 0 and var start } ? thingName[..start] + "*" : null;

    private static (bool IsNew, bool IsTold, bool IsBack) KindOf(PresenceReason reason) => (
        reason is PresenceReason.FirstConnected,
        reason is PresenceReason.ToldConfirmed or PresenceReason.ToldUnanswered or PresenceReason.ToldUnverified
            or PresenceReason.MutedAtDeadline,
        reason is PresenceReason.CameBackInGrace or PresenceReason.CameBackTold or PresenceReason.CameBackMuted
            or PresenceReason.HealedByVerifier);

    /// <summary>Digits, a UUID, or a word of letters and digits behind a separator, at the end.</summary>
    [GeneratedRegex(
        "(?:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
        + "|(?<=[-_:./])(?=[A-Za-z]*[0-9])[0-9A-Za-z]{4,}|[0-9]{2,})$", RegexOptions.CultureInvariant)]
    private static partial Regex MadeUp();

    private sealed class Names
    {
        public HashSet<string> New { get; } = new(StringComparer.Ordinal);

        public HashSet<string> Gone { get; } = new(StringComparer.Ordinal);

        public int Back { get; set; }

        public bool IsSaid { get; set; }
    }

    [LoggerMessage(LogLevel.Warning, "{Gone} things named like {Pattern} connected once and did not come back. If their MQTT clients "
        + "make up a client ID for each connection, give each device an ID that stays. If you do not need these things, set "
        + "Things__Exclude__0={Pattern}, and DELETE /devices/<name> those that are there")]
    private partial void LogMadeUpNames(int gone, string pattern);
}
