using IoTOrleans.Grains.Devices;

namespace IoTOrleans.Silo.Catalogue;

/// <summary>Answers a query from the cheapest source that knows all the things that can match.</summary>
internal sealed class ThingList(NamedThings named, ThingsWithReminder withReminder, ThingsInCatalogue inCatalogue)
{
    /// <exception cref="CursorException">The cursor is not one of this query.</exception>
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

/// <summary>One way to find things. Over a walk in which nothing changes it shows each that matches exactly once.</summary>
internal interface IThingSource
{
    /// <summary>In the cursor, with a version: how a position is written may change.</summary>
    string Name { get; }

    /// <param name="position"><see cref="ThingPage.NextCursor"/> of this source's page before; null begins.</param>
    Task<ThingPage> Page(ThingQuery query, string? position, CancellationToken cancellationToken);
}

/// <summary>Things asked for by name: their grains are asked, whoever was never heard of is left out.</summary>
internal sealed class NamedThings(IGrainFactory grains) : IThingSource
{
    /// <summary>More would hardly fit the request line anyway.</summary>
    internal const int MostNames = 100;

    public string Name => "names1";

    public async Task<ThingPage> Page(ThingQuery query, string? position, CancellationToken cancellationToken)
    {
        if (!int.TryParse(position ?? "0", NumberStyles.None, CultureInfo.InvariantCulture, out var skip) || skip >= query.ThingNames.Count)
            throw new CursorException("It is not one that this service gave out.");

        var names = query.ThingNames.Skip(skip).Take(query.Limit).Where(query.MatchesName);
        var statuses = await Task.WhenAll(names.Select(name => grains.GetGrain<IDeviceGrain>(name).GetStatus()));
        var next = skip + query.Limit;
        return new([.. statuses.OfType<DeviceStatus>().Where(query.Matches)],
            next < query.ThingNames.Count ? next.ToString(CultureInfo.InvariantCulture) : null);
    }
}

/// <summary>All things, by what is stored of them: no grain is woken.</summary>
internal sealed class ThingsInCatalogue(IThingCatalogue catalogue, StoredStatus statuses) : IThingSource
{
    /// <summary>
    /// A page never holds more rows than items are still wanted; with a small limit and a filter, that would be many round trips.
    /// </summary>
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
