using IoTOrleans.Silo.Catalogue;

namespace IoTOrleans.Silo.Advice;

internal sealed class FleetHistogram(IThingCatalogue catalogue)
{
    internal const int MostThings = 20_000;

    private const int PageSize = 1000;

    public async Task<FleetOutages> Read(CancellationToken cancellationToken)
    {
        var (durations, things, complete) = (new List<int>(), 0, true);
        await foreach (var page in catalogue.Walk(PageSize, cancellationToken, MostThings))
        {
            foreach (var thing in page.Things) Add(durations, thing.State.Durations);
            things += page.Things.Count;
            complete = page.Next is null;
        }

        return new(durations, things, complete);
    }

    private static void Add(List<int> sum, IReadOnlyList<int> durations)
    {
        while (sum.Count < durations.Count) sum.Add(0);
        for (var bucket = 0; bucket < durations.Count; bucket++) sum[bucket] += durations[bucket];
    }
}

/// <param name="Complete">All things are in it.</param>
internal sealed record FleetOutages(IReadOnlyList<int> Durations, int Things, bool Complete);
