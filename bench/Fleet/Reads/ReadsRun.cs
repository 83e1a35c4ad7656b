using System.Collections.Concurrent;
using System.Text.Json;
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

    private static readonly HashSet<string> Reads = ["GetItem", "BatchGetItem", "TransactGetItems", "Query", "Scan"];

    private readonly ConcurrentQueue<string> _reads = new();

    public static async Task<int> Execute()
    {
        var table = new Table().MarkdownBorder()
            .AddColumns("storage", "request", "median", "worst", "reads of storage, first time", "again");
        foreach (var run in new[] { new ReadsRun("Sqlite", 100_000), new ReadsRun("DynamoDB", 10_000) })
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
        await using var line = provider == "DynamoDB"
            ? await FaultyProxy.To((await DynamoDBLocal.Get()).Endpoint, _ => Trouble.None, Count)
            : null;
        if (line is not null) settings.Add(("AWS_ENDPOINT_URL_DYNAMODB", line.Address.ToString()));
        await using var service = await ServiceProcess.Start(provider, [.. settings]);
        await service.Post(Things.Named(things), connected: true);
        await service.Post(Things.Named(Away), connected: false);
        await Counted(service);

        // All grains are out of memory then, as they are on a silo that was just started.
        await service.Kill();
        service.Launch();
        await Counted(service);
        return [await Ask(service, "/fleet"), await Ask(service, "/devices?status=offline")];
    }

    private async Task<string[]> Ask(ServiceProcess service, string path)
    {
        var (took, reads) = (new List<double>(), new List<int>());
        for (var i = 0; i < Times; i++)
        {
            // Longer than a copy of the fleet is kept, so that each request has to get its own.
            await Task.Delay(TimeSpan.FromSeconds(1.2), TimeProvider.System);
            var before = _reads.Count;
            var began = TimeProvider.System.GetTimestamp();
            var body = await service.Http.GetStringAsync(path);
            took.Add(TimeProvider.System.GetElapsedTime(began).TotalMilliseconds);
            reads.Add(_reads.Count - before);
            var items = JsonElement.Parse(body).GetProperty(path == "/fleet" ? "offlineItems" : "items").GetArrayLength();
            if (items != Away) throw new InvalidOperationException($"{path} has {items} things instead of {Away}.");
        }

        var first = reads[0];
        took.Sort();
        reads.Sort();
        return
        [
            $"{provider}, {things:N0} things", $"`GET {path}`", $"{took[Times / 2]:N1} ms", $"{took[^1]:N0} ms",
            provider == "DynamoDB" ? $"{first}" : "not counted", provider == "DynamoDB" ? $"{reads[Times / 2]}" : "not counted",
        ];
    }

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
        if (!Reads.Contains(operation)) return;
        if (!exchange.Request.Text.Contains("Membership\"", StringComparison.Ordinal)) _reads.Enqueue(operation);
    }
}
