using System.Text.Json;

namespace IoTOrleans.Page;

/// <summary>The things of a run, posted as a gateway posts them.</summary>
internal static class Fleet
{
    private const int AtOnce = 500;

    private const int Senders = 4;

    /// <summary>So many things, of which the first are away and were told of.</summary>
    public static async Task Fill(SiloProcess silo, int things, int away)
    {
        var names = Names("thing", things);
        await Post(silo, names, connected: true, ago: TimeSpan.FromMinutes(10));
        await Post(silo, names[..away], connected: false, ago: TimeSpan.FromMinutes(5));
        await silo.Until(
            async () => await Count(silo, "total") == things && await Count(silo, "offline") == away, "the fleet to be counted",
            TimeSpan.FromMinutes(10));
    }

    public static string[] Names(string prefix, int count) => [.. Enumerable.Range(0, count).Select(i => $"{prefix}-{i:d6}")];

    public static Task Post(SiloProcess silo, IEnumerable<string> names, bool connected, TimeSpan ago = default) => Parallel.ForEachAsync(
        names.Chunk(AtOnce), new ParallelOptions { MaxDegreeOfParallelism = Senders },
        async (some, _) => await silo.PostUntilTaken(some.Select(thingName => new
        {
            thingName,
            connected,
            timestamp = (TimeProvider.System.GetUtcNow() - ago).ToUnixTimeMilliseconds() / 1000d,
            disconnectReason = connected ? null : "CONNECTION_LOST",
            attributes = new { site = "north" },
        }).ToList()));

    public static async Task<int> Count(SiloProcess silo, string status) =>
        JsonElement.Parse(await silo.Http.GetStringAsync("/fleet")).GetProperty(status).GetInt32();
}
