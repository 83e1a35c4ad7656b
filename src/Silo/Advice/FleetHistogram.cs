using IoTOrleans.Grains.Ports;
using IoTOrleans.Silo.Catalogue;

namespace IoTOrleans.Silo.Advice;

/// <summary>The outages of all things by duration: what is stored is read page by page, and not more of it than a request may cost.</summary>
internal sealed class FleetHistogram(IThingCatalogue catalogue)
{
    internal const int MostThings = 20_000;

    private const int PageSize = 1000;

    public async Task<FleetOutages> Read(CancellationToken cancellationToken)
    {
        var durations = new List<int>();
        var things = 0;
        string? cursor = null;
        do
        {
            var page = await catalogue.List(cursor, Math.Min(PageSize, MostThings - things), cancellationToken);
            foreach (var thing in page.Things) Add(durations, thing.State.Durations);
            things += page.Things.Count;
            cursor = page.Next;
        }
        while (cursor is not null && things < MostThings);

        return new(durations, things, cursor is null);
    }

    private static void Add(List<int> sum, IReadOnlyList<int> durations)
    {
        while (sum.Count < durations.Count) sum.Add(0);
        for (var bucket = 0; bucket < durations.Count; bucket++) sum[bucket] += durations[bucket];
    }
}

/// <param name="Complete">All things are in it.</param>
internal sealed record FleetOutages(IReadOnlyList<int> Durations, int Things, bool Complete);
