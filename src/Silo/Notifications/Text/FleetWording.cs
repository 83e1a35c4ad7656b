using System.Globalization;
using IoTOrleans.Grains.Logging;
using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Silo.Notifications.Text;

/// <summary>How many at once are told, in one language. A line that would have to say "unknown" is left out.</summary>
internal abstract class FleetWording
{
    private const int MostShown = 3;

    /// <summary>A share below this is no common factor.</summary>
    private const double Common = 0.2;

    /// <summary>How many first, since when second.</summary>
    public abstract string Subject(FleetNotification notification);

    public abstract IEnumerable<string> Lines(FleetNotification notification, string? url);

    /// <summary>Further apart than this, nobody would call it the same time.</summary>
    private static readonly TimeSpan aboutTheSameTime = TimeSpan.FromMinutes(2);

    /// <summary>Whatever joined later did not.</summary>
    protected static bool AllAtOnce(FleetNotification n) => n.Number == 1 && n.LastAt - n.StartedAt <= aboutTheSameTime;

    /// <summary>Those that have joined since the last message, newest first.</summary>
    protected static string NewestOf(FleetNotification n, string comma)
    {
        var names = string.Join(comma, n.Things.Take(n.Joined).Select(Characters.Printable));
        return n.Joined > n.Things.Count ? names + comma + "…" : names;
    }

    protected static string N(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Reasons and attributes that a good part of the members share: <c>96 % connection lost</c>.</summary>
    protected static IEnumerable<string> Shares(FleetNotification n, Func<string, string> nameOfReason) =>
        Shares(n.Reasons, n.Count, nameOfReason).Concat(Shares(n.Attributes, n.Count, name => name));

    protected static string NamesOf(FleetNotification n, string comma) => string.Join(comma, n.Things.Select(Characters.Printable));

    private static IEnumerable<string> Shares(IReadOnlyDictionary<string, int> counts, int all, Func<string, string> nameOf) =>
        counts.Where(pair => pair.Value >= Common * all).OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal)
            .Take(MostShown).Select(pair => $"{Math.Floor(100.0 * pair.Value / all):0} % {Characters.Shorten(Characters.Printable(nameOf(pair.Key)), 80)}");
}
