using IoTOrleans.Events;
using IoTOrleans.Silo.Catalogue;
using Microsoft.AspNetCore.Mvc;

namespace IoTOrleans.Silo.Api;

/// <summary>The query string of <c>GET /devices</c>. An empty parameter counts as left out.</summary>
internal sealed class DeviceListQuery
{
    internal const int DefaultLimit = 100;
    internal const int MostItems = 1000;

    private static readonly Dictionary<string, PresenceStatus> ByName =
        Enum.GetValues<PresenceStatus>().ToDictionary(status => status.ToString(), StringComparer.OrdinalIgnoreCase);

    [FromQuery(Name = "status")] public string[] Status { get; init; } = [];

    [FromQuery(Name = "prefix")] public string? Prefix { get; init; }

    [FromQuery(Name = "thingName")] public string[] ThingName { get; init; } = [];

    [FromQuery(Name = "limit")] public string? Limit { get; init; }

    [FromQuery(Name = "cursor")] public string? Cursor { get; init; }

    /// <returns>Null: <paramref name="why"/> names the mistake.</returns>
    public ThingQuery? Read(out string why)
    {
        why = "";
        var wanted = Status.Where(status => status.Length > 0).ToList();
        if (wanted.Find(status => !ByName.ContainsKey(status)) is { } unknown)
            why = $"status '{unknown}' is none of {string.Join(", ", ByName.Keys).ToLowerInvariant()}.";

        var limit = DefaultLimit;
        if (!string.IsNullOrEmpty(Limit)
            && (!int.TryParse(Limit, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MostItems))
            why = $"limit '{Limit}' is not a number from 1 to {MostItems}.";

        var names = ThingName.Where(name => name.Length > 0).Distinct(StringComparer.Ordinal).ToList();
        if (names.Count > NamedThings.MostNames)
            why = $"thingName is there {names.Count} times: at most {NamedThings.MostNames} names at once.";
        foreach (var name in names)
        {
            if (!IoTOrleans.Events.ThingName.IsValid(name, out var wrong)) why = $"thingName: {wrong}";
        }

        return why.Length > 0 ? null : new ThingQuery
        {
            Statuses = wanted.Select(status => ByName[status]).ToHashSet(),
            Prefix = Prefix ?? "",
            ThingNames = names,
            Limit = limit,
        };
    }
}
