using IoTOrleans.Fleet.Ceilings;

namespace IoTOrleans.Fleet.Scenarios;

/// <summary>Sixteen clients that ask for one thing after another.</summary>
internal static class QueryScenario
{
    private const int Asked = 1000;

    public static IEnumerable<Measurement> All(Scale scale)
    {
        yield return new(
            "query", "GET /devices/{thingName}, Sqlite", "requests/s", true, () => Service(scale.Query), () => Plain(scale.Query));
    }

    private static async Task<double> Service(int count)
    {
        await using var service = await ServiceProcess.Start("Sqlite");
        await service.Post(Things.Named(Asked), connected: true);
        return await Rate(service.Http, count);
    }

    private static async Task<double> Plain(int count)
    {
        await using var store = new PlainSqlite();
        await using var server = await PlainServer.Start(store);
        await server.Post(Things.Named(Asked), connected: true);
        return await Rate(server.Http, count);
    }

    private static async Task<double> Rate(HttpClient http, int count)
    {
        var names = Things.Named(Asked).ToList();
        return count / await Waiting.Seconds(() => Parallel.ForEachAsync(
            Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, cancel) =>
            {
                using var response = await http.GetAsync($"/devices/{names[i % Asked]}", cancel);
                response.EnsureSuccessStatusCode();
                _ = await response.Content.ReadAsByteArrayAsync(cancel);
            }));
    }
}
