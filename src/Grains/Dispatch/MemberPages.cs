using IoTOrleans.Grains.Incidents;

namespace IoTOrleans.Grains.Dispatch;

/// <summary>Pages of members: read by a dispatcher's next activation, deleted when all members have stored that they were told.</summary>
internal sealed partial class MemberPages(IServiceProvider services, ILogger<MemberPages> logger)
{
    private const int ReadAtOnce = 8;

    private readonly StoredPages<MemberPage> _pages = new(services, "members", "incident-members");

    public Task Write(IEnumerable<PageWrite> pages) =>
        Task.WhenAll(pages.Select(page => _pages.Write(page.Id, page.Number, page.Page)));

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
                var page = await _pages.Read(id, number);
                if (page is null) LogMissing(_pages.IdOf(id, number).ToString());
                pages[number] = page?.Hashes ?? [];
            });
            read[id] = Hashes.UnpackPages(pages);
        }

        return read;
    }

    /// <summary>They were written one after the other, so the first missing one is the end.</summary>
    public async Task Delete(string id)
    {
        var number = 0;
        while (await _pages.Delete(id, number)) number++;
    }

    [LoggerMessage(LogLevel.Error, "Page {Page} of an incident's members is not in the grain storage. These members may be counted twice")]
    private partial void LogMissing(string page);
}
