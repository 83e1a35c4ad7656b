using IoTOrleans.Grains.Logging;
using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Silo.Notifications.Text;

/// <summary>A language. A line that would have to say "unknown" is left out.</summary>
internal abstract class Wording
{
    /// <summary>State first, name second, local time third.</summary>
    public abstract string Subject(Notification notification, string name);

    public abstract IEnumerable<string> Lines(Notification notification, string? url);

    /// <summary><c>47 s</c>, <c>1 min 30 s</c>, <c>47 min</c>, <c>2 h 5 min</c>, <c>3 d 4 h</c>: as exact as it matters.</summary>
    protected static string InWords(TimeSpan duration, string seconds, string minutes, string hours, string days, string space)
    {
        if (duration < TimeSpan.Zero) duration = TimeSpan.Zero;
        return duration switch
        {
            { TotalMinutes: < 1 } => $"{duration.Seconds}{seconds}",
            { TotalMinutes: < 10 } => Pair(duration.Minutes, minutes, duration.Seconds, seconds),
            { TotalHours: < 1 } => $"{duration.Minutes}{minutes}",
            { TotalDays: < 1 } => Pair(duration.Hours, hours, duration.Minutes, minutes),
            _ => Pair(duration.Days, days, duration.Hours, hours),
        };

        string Pair(int big, string bigUnit, int small, string smallUnit) =>
            small == 0 ? $"{big}{bigUnit}" : $"{big}{bigUnit}{space}{small}{smallUnit}";
    }

    protected static bool IsOfFlapping(Notification notification) =>
        notification.Event is NotificationEvent.DeviceFlapping or NotificationEvent.DeviceSteady;

    /// <summary>When it came back, or else the moment the notification speaks of.</summary>
    protected static DateTimeOffset EndOf(Notification notification) =>
        notification.RecoveredAt ?? notification.Since + notification.Duration;

    /// <summary>A reason that is no reason is not shown; one that we have no words for is shown as it is.</summary>
    protected static string? ReasonOf(Notification notification, IReadOnlyDictionary<string, string> phrases)
    {
        const int longEnough = 200;
        if (notification.DisconnectReason?.Trim() is not { Length: > 0 } reason || reason is "UNKNOWN" or "NONE") return null;
        if (phrases.TryGetValue(reason, out var phrase)) return phrase;
        var printable = Characters.Printable(reason);
        return printable.Length <= longEnough ? printable : Characters.Shorten(printable, longEnough);
    }

    /// <summary>What the events said of the thing: <c>site=north, carrier=acme</c>.</summary>
    protected static string? AttributesOf(Notification notification) => notification.Attributes.Count == 0 ? null
        : string.Join(", ", notification.Attributes.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => Characters.Printable($"{pair.Key}={pair.Value}")));
}
