using IoTOrleans.Grains.Incidents;
using Orleans.Storage;

namespace IoTOrleans.Grains.Dispatch;

/// <summary>
/// The pages of incidents' members in the grain storage, beside the grains' states: written once, read by the next activation of a
/// dispatcher, and deleted when all members have heard.
/// </summary>
internal sealed partial class MemberPages(IServiceProvider services, ILogger<MemberPages> logger)
{
    private const string state = "members";

    private const int ReadAtOnce = 8;

    private static readonly GrainType Type = GrainType.Create("incident-members");

    /// <summary>Looked for only when there is something to store: whoever runs grains without any storage has no incidents.</summary>
    private IGrainStorage Storage => services.GetRequiredService<IGrainStorage>();

    public Task Write(IEnumerable<PageWrite> pages) =>
        Task.WhenAll(
            pages.Select(page => Storage.WriteStateAsync(state, IdOf(page.Id, page.Number), new GrainState<MemberPage>(page.Page))));

    /// <summary>
    /// A page that cannot be read fails, and whoever asks has to ask again; one that is not there was taken away by hand, and who stood in
    /// it may be counted again: better than that nobody hears of anything any more.
    /// </summary>
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

    /// <summary>They were written one after the other: after the first that is not there, there are no more.</summary>
    public async Task Delete(string id)
    {
        for (var number = 0; ; number++)
        {
            var page = await Read(id, number);
            if (!page.RecordExists) return;
            await Storage.ClearStateAsync(state, IdOf(id, number), page);
        }
    }

    private async Task<GrainState<MemberPage>> Read(string id, int number)
    {
        var page = new GrainState<MemberPage>(new MemberPage());
        await Storage.ReadStateAsync(state, IdOf(id, number), page);
        return page;
    }

    private static GrainId IdOf(string id, int number) => GrainId.Create(Type, $"{id}.{number}");

    [LoggerMessage(LogLevel.Error, "The page {Page} of an incident's members is not in the grain storage; "
        + "those that stood in it may be counted twice")]
    private partial void LogMissing(string page);
}
