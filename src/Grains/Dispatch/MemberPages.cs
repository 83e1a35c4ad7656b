using IoTOrleans.Grains.Incidents;
using Orleans.Storage;

namespace IoTOrleans.Grains.Dispatch;

/// <summary>Pages of members: read by a dispatcher's next activation, deleted when all members have stored that they were told.</summary>
internal sealed partial class MemberPages(IServiceProvider services, ILogger<MemberPages> logger)
{
    private const string Name = "members";

    private const int ReadAtOnce = 8;

    private static readonly GrainType Type = GrainType.Create("incident-members");

    /// <summary>Resolved only when needed: tests run grains without any storage, and without incidents.</summary>
    private IGrainStorage Storage => services.GetRequiredService<IGrainStorage>();

    public Task Write(IEnumerable<PageWrite> pages) =>
        Task.WhenAll(
            pages.Select(page => Storage.WriteStateAsync(Name, IdOf(page.Id, page.Number), new GrainState<MemberPage>(page.Page))));

    /// <summary>If somebody deleted a page, its members may be counted twice, but the dispatcher works.</summary>
    public async Task<IReadOnlyDictionary<string, long[]>> Read(IEnumerable<(string Id, int Count)> sets)
    {
        var read = new Dictionary<string, long[]>();
        foreach (var (id, count) in sets)
        {
            var pages = new byte[count][];
            var options = new ParallelOptions { MaxDegreeOfParallelism = ReadAtOnce };
            await Parallel.ForAsync(0, count, options, async (number, _) =>
            {
                var page = await Read(id, number);
                if (!page.RecordExists) LogMissing(IdOf(id, number).ToString());
                pages[number] = page.State?.Hashes ?? [];
            });
            read[id] = Hashes.UnpackPages(pages);
        }

        return read;
    }

    /// <summary>They were written one after the other, so the first missing one is the end.</summary>
    public async Task Delete(string id)
    {
        for (var number = 0; ; number++)
        {
            var page = await Read(id, number);
            if (!page.RecordExists) return;
            await Storage.ClearStateAsync(Name, IdOf(id, number), page);
        }
    }

    private async Task<GrainState<MemberPage>> Read(string id, int number)
    {
        var page = new GrainState<MemberPage>(new MemberPage());
        await Storage.ReadStateAsync(Name, IdOf(id, number), page);
        return page;
    }

    private static GrainId IdOf(string id, int number) => GrainId.Create(Type, $"{id}.{number}");

    [LoggerMessage(LogLevel.Error, "Page {Page} of an incident's members is not in the grain storage. These members may be counted twice")]
    private partial void LogMissing(string page);
}
