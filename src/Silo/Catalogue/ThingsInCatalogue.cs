using IoTOrleans.Contracts;
using IoTOrleans.Grains.Devices;
using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Silo.Catalogue;

/// <summary>All things, by what is stored of them: no grain is woken.</summary>
internal sealed class ThingsInCatalogue(IThingCatalogue catalogue, StoredStatus statuses) : IThingSource
{
    /// <summary>A page never holds more rows than items are still wanted; with a small limit and a filter, that would be many round trips.</summary>
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
