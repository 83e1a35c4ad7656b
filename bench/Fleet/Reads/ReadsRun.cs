using System.Collections.Concurrent;
using System.Text.Json;
using IoTOrleans.ReadsHook;
using IoTOrleans.Testing.Emulators;
using IoTOrleans.Testing.Http;
using Spectre.Console;

namespace IoTOrleans.Fleet.Reads;

/// <summary>What it takes to ask for the fleet, and for what is offline, when nearly all things are well.</summary>
internal sealed class ReadsRun(string provider, int things)
{
    private const int Away = 50;

    private const int Times = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    private static readonly HashSet<string> Operations = ["GetItem", "BatchGetItem", "TransactGetItems", "Query", "Scan"];

    private readonly ConcurrentQueue<string> _requests = new();

    public static async Task<int> Execute(bool isQuick)
    {
        var table = new Table().MarkdownBorder()
            .AddColumns("storage", "request", "median", "worst", "reads of storage, first time", "again (median)");
        var (sqlite, dynamo) = isQuick ? (2000, 1000) : (100_000, 10_000);
        foreach (var run in new[] { new ReadsRun("Sqlite", sqlite), new ReadsRun("DynamoDB", dynamo) })
        {
            foreach (var row in await run.Measure())
            {
                table.AddRow(row);
                Console.WriteLine(string.Join("  ", row));
            }
        }

        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = 200;
        AnsiConsole.Write(table);
        return 0;
    }

    private async Task<IReadOnlyList<string[]>> Measure()
    {
        List<(string, string)> settings = [("Presence:Grace", "1s"), ("Presence:SettleTime", "1s")];
        var file = Path.GetTempFileName();
        using var sqlite = new SqliteReads(file);
        await using var line = provider == "DynamoDB"
            ? await FaultyProxy.To((await DynamoDBLocal.Get()).Endpoint, _ => Trouble.None, Count)
            : null;
        if (line is not null) settings.Add(("AWS_ENDPOINT_URL_DYNAMODB", line.Address.ToString()));
        else settings.AddRange([("DOTNET_STARTUP_HOOKS", typeof(SqliteReads).Assembly.Location), (SqliteReads.Variable, file)]);
        await using var service = await ServiceProcess.Start(provider, [.. settings]);
        await service.Post(Things.Named(things), connected: true);
        await service.Post(Things.Named(Away), connected: false);
        await Counted(service);

        // All grains are out of memory then, as they are on a silo that was just started.
        await service.Kill();
        service.Launch();
        await Counted(service);
        var well = Things.Named(things).Last();
        var rows = new List<string[]>
        {
            await Ask(service, "/fleet", Reads, body => Has(body, "offlineItems")),
            await Ask(service, "/devices?status=offline", Reads, body => Has(body, "items")),
            await Ask(service, $"/devices/{well}", Reads, body => body.GetProperty("status").GetString() == "connected"),
        };
        File.Delete(file);
        return rows;

        (long Count, long Rows) Reads() => line is null ? sqlite.Now : (_requests.Count, 0);
    }

    private static bool Has(JsonElement body, string list) => body.GetProperty(list).GetArrayLength() == Away;

    private async Task<string[]> Ask(
        ServiceProcess service, string path, Func<(long Count, long Rows)> readSoFar, Func<JsonElement, bool> isRight)
    {
        var (took, reads) = (new List<double>(), new List<(long Count, long Rows)>());
        for (var i = 0; i < Times; i++)
        {
            // Longer than a copy of the fleet is kept, so that each request has to get its own.
            await Task.Delay(TimeSpan.FromSeconds(1.2), TimeProvider.System);
            var before = readSoFar();
            var began = TimeProvider.System.GetTimestamp();
            var body = await service.Http.GetStringAsync(path);
            took.Add(TimeProvider.System.GetElapsedTime(began).TotalMilliseconds);
            var after = readSoFar();
            reads.Add((after.Count - before.Count, after.Rows - before.Rows));
            if (!isRight(JsonElement.Parse(body))) throw new InvalidOperationException($"{path} is not as it was made: {body}");
        }

        var first = reads[0];
        took.Sort();
        reads.Sort();
        return
        [
            $"{provider}, {things:N0} things", $"`GET {path}`", $"{took[Times / 2]:N1} ms", $"{took[^1]:N0} ms",
            Words(first), Words(reads[Times / 2]),
        ];
    }

    private string Words((long Count, long Rows) reads) =>
        provider == "DynamoDB" ? $"{reads.Count} requests" : $"{reads.Count} statements, {reads.Rows} rows";

    private Task Counted(ServiceProcess service) => Waiting.Until(
        async () =>
        {
            try
            {
                var fleet = JsonElement.Parse(await service.Http.GetStringAsync("/fleet"));
                return fleet.GetProperty("complete").GetBoolean() && fleet.GetProperty("total").GetInt32() == things
                    && fleet.GetProperty("offline").GetInt32() == Away;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }, Patience);

    /// <summary>What silos ask each other about themselves is no reading of things.</summary>
    private void Count(Exchange exchange)
    {
        var operation = exchange.Request.Headers.GetValueOrDefault("X-Amz-Target", "").Split('.')[^1];
        if (!Operations.Contains(operation)) return;
        if (!exchange.Request.Text.Contains("Membership\"", StringComparison.Ordinal)) _requests.Enqueue(operation);
    }
}
