using System.Buffers.Text;
using System.Text;
using IoTOrleans.Grains.Devices;

namespace IoTOrleans.Silo.Catalogue;

/// <summary>Answers a query from the cheapest source that has all things that can match.</summary>
internal sealed class ThingList(NamedThings named, ThingsWithReminder withReminder, ThingsInCatalogue inCatalogue)
{
    public async Task<ThingPage> Page(ThingQuery query, string? cursor, CancellationToken cancellationToken)
    {
        IThingSource source = query switch
        {
            { ThingNames.Count: > 0 } => named,
            { IsInReminderTable: true } => withReminder,
            _ => inCatalogue,
        };
        var position = cursor is null ? null : ThingCursor.Read(source.Name, query, cursor);
        var page = await source.Page(query, position, cancellationToken);
        return page.NextCursor is { } next ? page with { NextCursor = ThingCursor.Write(source.Name, query, next) } : page;
    }
}

/// <summary>One way to find things. While nothing changes, its pages hold each matching thing exactly once.</summary>
internal interface IThingSource
{
    /// <summary>Part of the cursor; with a version, since the form of a position may change.</summary>
    string Name { get; }

    /// <param name="position">Of the source's last page; null: the first page.</param>
    Task<ThingPage> Page(ThingQuery query, string? position, CancellationToken cancellationToken);
}

/// <summary>Things by name: asks them, and leaves out those never heard of.</summary>
internal sealed class NamedThings(AskedThings things) : IThingSource
{
    /// <summary>More would hardly fit the request line.</summary>
    internal const int MostNames = 100;

    public string Name => "names1";

    public async Task<ThingPage> Page(ThingQuery query, string? position, CancellationToken cancellationToken)
    {
        if (!int.TryParse(position ?? "0", NumberStyles.None, CultureInfo.InvariantCulture, out var skip) || skip >= query.ThingNames.Count)
            throw new CursorException("It is not one that this service gave out.");

        var names = query.ThingNames.Skip(skip).Take(query.Limit).Where(query.MatchesName);
        var statuses = await Task.WhenAll(names.Select(things.Status));
        var next = skip + query.Limit;
        return new([.. statuses.OfType<DeviceStatus>().Where(query.Matches)],
            next < query.ThingNames.Count ? next.ToString(CultureInfo.InvariantCulture) : null);
    }
}

/// <summary>All things, from storage: no grain is activated.</summary>
internal sealed class ThingsInCatalogue(IThingCatalogue catalogue, StoredStatus statuses) : IThingSource
{
    /// <summary>Round trips for one page: a small limit with a filter would need many.</summary>
    internal const int MostReads = 20;

    public string Name => "catalogue1";

    public async Task<ThingPage> Page(ThingQuery query, string? position, CancellationToken cancellationToken)
    {
        var items = new List<DeviceStatus>();
        var rowsRead = 0;
        for (var reads = 0; reads < MostReads && rowsRead < ThingQuery.MostRows && items.Count < query.Limit; reads++)
        {
            var most = Math.Min(query.Limit - items.Count, ThingQuery.MostRows - rowsRead);
            var page = await catalogue.List(position, most, cancellationToken);
            items.AddRange(page.Things.Where(thing => query.MatchesName(thing.ThingName) && !StoredStatus.IsForgotten(thing.State))
                .Select(thing => statuses.Of(thing.ThingName, thing.State)).Where(query.Matches));
            rowsRead += page.Things.Count;
            position = page.Next;
            if (position is null) break;
        }

        return new(items, position);
    }
}

/// <summary>Opaque to the client: the source with its version, the query, and how far that source has been read.</summary>
internal static class ThingCursor
{
    public static string Write(string source, ThingQuery query, string position) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{source}.{query.Fingerprint()}.{position}"));

    /// <summary>Whether this service may have given it out; for which query is not looked at.</summary>
    public static bool IsOne(string cursor) => Decode(cursor).Split('.', 3) is [_, _, { Length: > 0 }];

    public static string Read(string source, ThingQuery query, string cursor)
    {
        if (Decode(cursor).Split('.', 3) is not [var from, var fingerprint, { Length: > 0 } position])
            throw new CursorException("It is not one that this service gave out.");
        if (from != source || fingerprint != query.Fingerprint())
            throw new CursorException(
                "It belongs to a query with another status, prefix, thingName or attribute: repeat those, or begin without a cursor.");
        return position;
    }

    private static string Decode(string cursor) =>
        Base64Url.IsValid(cursor) ? Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor)) : "";
}
