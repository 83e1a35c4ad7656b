using System.Globalization;
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

    protected static string N(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Reasons and attributes that a good part of the members share: <c>96 % connection lost</c>.</summary>
    protected static IEnumerable<string> Shares(FleetNotification n, Func<string, string> nameOfReason) =>
        Shares(n.Reasons, n.Count, nameOfReason).Concat(Shares(n.Attributes, n.Count, name => name));

    protected static string NamesOf(FleetNotification n, string comma) => string.Join(comma, n.Things.Select(Characters.Printable));

    private static IEnumerable<string> Shares(IReadOnlyDictionary<string, int> counts, int all, Func<string, string> nameOf) =>
        counts.Where(pair => pair.Value >= Common * all).OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal)
            .Take(MostShown).Select(pair => $"{Math.Floor(100.0 * pair.Value / all):0} % {Characters.Shorten(Characters.Printable(nameOf(pair.Key)), 80)}");
}
