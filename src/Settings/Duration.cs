using System.Globalization;
using System.Text.RegularExpressions;

namespace IoTOrleans.Settings;

/// <summary>
/// Durations as people write them: <c>30s</c>, <c>5m</c>, <c>1h30m</c>, <c>1d</c>, or <c>[d.]hh:mm:ss</c>. A bare number is refused: it may
/// mean seconds or, as in .NET, days.
/// </summary>
public static partial class Duration
{
    private const string Remedy = "say 30s, 5m, 1h30m, 1d or [d.]hh:mm:ss with hours up to 23";

    /// <returns>What is wrong and what to write instead; null: nothing.</returns>
    public static string? TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        text = text.Trim();
        if (text == "0") return null;

        if (text.Length > 0 && text.All(char.IsAsciiDigit)) return $"say {text}s or {Suggest(text)}";

        if (Units().Match(text) is { Success: true } units)
        {
            try
            {
                duration = new TimeSpan(Number(units, "d"), Number(units, "h"), Number(units, "m"), Number(units, "s"));
                return null;
            }
            catch (Exception exception) when (exception is OverflowException or ArgumentOutOfRangeException)
            {
                return "is too long";
            }
        }

        // .NET reads "24:00:00" as 24 days, so only hours up to 23 are accepted.
        if (Clock().IsMatch(text) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out duration)) return null;

        // Full-width or Arabic digits look right to the person who typed them.
        return text.Any(c => char.IsDigit(c) && !char.IsAsciiDigit(c))
            ? $"has digits other than 0 to 9: {Remedy}"
            : $"is not a duration: {Remedy}";
    }

    /// <summary>For people: <c>5 min</c>, <c>1 h 30 min</c>.</summary>
    public static string InWords(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero) return "0 s";
        return duration < TimeSpan.FromSeconds(1) ? $"{duration.TotalMilliseconds:0} ms" : Join(duration, " ", " d", " h", " min", " s");
    }

    /// <summary>In the form that <see cref="TryParse"/> reads: <c>0s</c>, <c>5m</c>, <c>1h30m</c>.</summary>
    public static string Write(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero) return "0s";
        if (duration.Ticks % TimeSpan.TicksPerSecond != 0) return duration.ToString("c", CultureInfo.InvariantCulture);
        return Join(duration, "", "d", "h", "m", "s");
    }

    private static string Join(TimeSpan duration, string separator, params ReadOnlySpan<string> units)
    {
        int[] numbers = [duration.Days, duration.Hours, duration.Minutes, duration.Seconds];
        return string.Join(separator, numbers.Zip(units.ToArray()).Where(part => part.First != 0).Select(part => part.First + part.Second));
    }

    private static string Suggest(string number) =>
        int.TryParse(number, CultureInfo.InvariantCulture, out var seconds) && seconds >= 60 && seconds % 60 == 0
            ? $"{seconds / 60}m"
            : $"{number}m";

    private static int Number(Match match, string unit) =>
        match.Groups[unit].Success ? int.Parse(match.Groups[unit].ValueSpan, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(
        @"\A(?=[0-9])((?<d>[0-9]{1,9})d)?((?<h>[0-9]{1,9})h)?((?<m>[0-9]{1,9})m)?((?<s>[0-9]{1,9})s)?\z",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Units();

    [GeneratedRegex(
        @"\A([0-9]{1,8}\.)?([01]?[0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,7})?\z",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Clock();
}
