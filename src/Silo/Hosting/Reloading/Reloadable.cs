using IoTOrleans.Grains.Policies;

namespace IoTOrleans.Silo.Hosting.Reloading;

/// <summary>Which settings may change while the service runs: those of docs/settings.md that are marked so.</summary>
internal static class Reloadable
{
    private const StringComparison Any = StringComparison.OrdinalIgnoreCase;

    private static readonly HashSet<string> OfAllThings = new(
        PolicyFields.All.Where(field => field.HasDefault).Select(field => $"Presence:{field.Name}").Append("Presence:MaxHold"),
        StringComparer.OrdinalIgnoreCase);

    public static bool Is(string key) =>
        IsPresence(key) || IsRate(key) || (key.StartsWith("Logging:", Any) && key.Contains("LogLevel:", Any));

    public static bool IsPresence(string key) => OfAllThings.Contains(key) || key.StartsWith("Presence:Policies:", Any);

    public static bool IsRate(string key) => key.StartsWith("Notifications:", Any) && key.EndsWith(":RateLimit", Any);
}
