using System.Text;
using IoTOrleans.Events;
using IoTOrleans.Silo.Api.Description;
using IoTOrleans.Silo.Catalogue;
using Microsoft.AspNetCore.Mvc;

namespace IoTOrleans.Silo.Api;

/// <summary>The query string of <c>GET /devices</c>. An empty parameter counts as left out.</summary>
internal sealed class DeviceListQuery
{
    internal const int DefaultLimit = 100;
    internal const int MostItems = 1000;

    private static readonly IReadOnlyList<string> StatusNames =
        [.. Enum.GetNames<PresenceStatus>().Select(JsonNamingPolicy.CamelCase.ConvertName)];

    /// <summary>What is checked before a query gets here.</summary>
    public static IReadOnlyList<QueryParameter> Parameters { get; } =
    [
        QueryParameter.OneOf("status", StatusNames, "Things with this status. Repeat it for several: things with any of them."),
        new("prefix", "The thing name begins with it. Case matters.") { Example = "door-" },
        new("thingName", $"The exact name. Repeat it for up to {NamedThings.MostNames} different names.")
        {
            Most = NamedThings.MostNames, Check = WrongName,
        },
        new("attribute", $"Things that have this attribute, written as `name:value`. Repeat it for up to {ThingQuery.MostAttributes}: "
            + "things that have all of them.")
        {
            Most = ThingQuery.MostAttributes, Check = WrongAttribute, Example = "site:north",
        },
        QueryParameter.Number("limit", 1, MostItems, DefaultLimit, "Items on a page."),
        new("cursor", "`nextCursor` of the page before. The other parameters but `limit` must be the same again.")
        {
            Check = cursor => ThingCursor.IsOne(cursor) ? null : "cursor is not one that this service gave out.",
        },
    ];

    [FromQuery(Name = "status")] public string[] Status { get; init; } = [];

    [FromQuery(Name = "prefix")] public string[] Prefix { get; init; } = [];

    [FromQuery(Name = "thingName")] public string[] ThingName { get; init; } = [];

    [FromQuery(Name = "attribute")] public string[] Attribute { get; init; } = [];

    [FromQuery(Name = "limit")] public string[] Limit { get; init; } = [];

    [FromQuery(Name = "cursor")] public string[] Cursor { get; init; } = [];

    /// <summary>Null: the first page.</summary>
    public string? Position => Said(Cursor).FirstOrDefault();

    public ThingQuery Read() => new()
    {
        Statuses = Said(Status).Select(status => Enum.Parse<PresenceStatus>(status, ignoreCase: true)).ToHashSet(),
        Prefix = Said(Prefix).FirstOrDefault() ?? "",
        ThingNames = [.. Said(ThingName)],
        Attributes = [.. Said(Attribute).Order(StringComparer.Ordinal)],
        Limit = Said(Limit).FirstOrDefault() is { } limit ? int.Parse(limit, CultureInfo.InvariantCulture) : DefaultLimit,
    };

    private static IEnumerable<string> Said(string[] values) => values.Where(value => value.Length > 0).Distinct(StringComparer.Ordinal);

    private static string? WrongName(string name) => IoTOrleans.Events.ThingName.IsValid(name, out var why) ? null : $"thingName: {why}";

    private static string? WrongAttribute(string attribute)
    {
        if (!attribute.Contains(':', StringComparison.Ordinal))
            return $"attribute '{attribute}' has no colon: say name:value, like site:north.";
        return Encoding.UTF8.GetByteCount(attribute) <= ThingQuery.MostAttributeBytes ? null
            : $"attribute: more than {ThingQuery.MostAttributeBytes - 1} bytes of name and value are more than a thing can have.";
    }
}
